import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ActionEvent } from '../../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { freePort } from '../../helpers/freePort.ts';
import { type RuntimeFixture, useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

const server = `
  require('node:http').createServer((_, answer) => answer.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function start(
  runtime: RuntimeFixture,
  name: string,
  options: { port?: number | 'auto'; freePorts?: boolean },
): Promise<ActionEvent | undefined> {
  let last: ActionEvent | undefined;
  const listener = (event: ActionEvent): void => {
    if (event.service === name) last = event;
  };
  await runtime.runtime.start([name], { withDependencies: true, ...options }, listener, AbortSignal.timeout(20_000));
  return last;
}

/** A service beside the project that wants the same port: within one micro.yaml that is an error. */
async function addTwo({ runtime, folder, env }: RuntimeFixture, port: number): Promise<void> {
  await runtime.addService({ name: 'two', folder, argv: ['node', 'server.cjs'], port, env });
}

describe('a fixed port that somebody holds', () => {
  test('is explained with name, pid and command before anything waits or is built', async () => {
    const runtime = await createRuntime();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    try {
      await runtime.open({
        web: { run: 'node server.cjs', port, build: 'sleep 600', dependsOn: ['never'] },
        never: { run: 'sleep 600', port: 'none', start: 'manual' },
      });
      expect(await runtime.runtime.portClashes(['web', 'never'])).toMatchObject([
        { service: 'web', port, pid: process.pid, name: expect.stringContaining('node') as string, owner: '' },
      ]);
      const last = await start(runtime, 'web', {});
      expect(last).toMatchObject({ done: true, ok: false, status: Status.ERROR });
      expect(last?.text).toContain(`port ${port} is held by`);
      expect(last?.text).toContain(`(pid ${process.pid})`);
      expect(last?.next).toContain('micro start web --free-port');
      expect(last?.next).toContain('--port auto');
      // Our own process is not ended for a service.
      await expect(start(runtime, 'web', { freePorts: true })).rejects.toMatchObject({ code: 'port.taken' });
    } finally {
      holder.close();
    }
  });

  test('can be left to its holder: another port for this run', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    const port = await freePort();
    await runtime.open({ one: { run: 'node server.cjs', port } });
    await addTwo(runtime, port);
    await runtime.start('one');
    expect(await runtime.runtime.portClashes(['one', 'two'])).toMatchObject([{ service: 'two', port, owner: 'one' }]);
    expect((await start(runtime, 'two', {}))?.text).toBe(`port ${port} is held by the service one`);
    expect(await start(runtime, 'two', { port: 'auto' })).toMatchObject({ ok: true });
    expect(runtime.service('two').instances[0]?.address).not.toBe(`127.0.0.1:${port}`);
    expect(runtime.state('one')).toBe('RUNNING');
  });

  test('can be taken: a service of ours is stopped, a process of somebody else is ended with what it started', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    const port = await freePort();
    await runtime.open({ one: { run: 'node server.cjs', port } });
    await addTwo(runtime, port);
    await runtime.start('one');
    expect(await start(runtime, 'two', { freePorts: true })).toMatchObject({ ok: true });
    expect(runtime.state('one')).toBe(`STOPPED two was given its port ${port}`);
    await runtime.stop('two');

    const other = await createRuntime();
    await other.write('server.cjs', server);
    // One that is started anew by its own supervisor would take the port back.
    await other.open({ foreign: { run: 'node server.cjs', port, restart: { policy: 'never' } } });
    await other.start('foreign');
    const { pid } = other.service('foreign').instances[0] ?? { pid: 0 };
    expect(await runtime.runtime.portClashes(['one'])).toMatchObject([{ pid, command: 'node server.cjs', owner: '' }]);
    expect(await start(runtime, 'one', { freePorts: true })).toMatchObject({ ok: true });
    expect(runtime.service('one').instances[0]?.address).toBe(`127.0.0.1:${port}`);
  });
});
