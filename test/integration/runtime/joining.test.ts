import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { Kind, Status } from '../../../shared/contract/gen/state_pb.ts';
import { freePort } from '../../helpers/freePort.ts';
import { type RuntimeFixture, useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

const server = `
  const port = Number(process.env.OTHER_PORT ?? process.env.PORT);
  require('node:http').createServer((_, answer) => answer.end('outside')).listen(port, '127.0.0.1', () => console.log('up'));
`;

const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  children.clear();
});

/** A server that is none of the runtime's. */
async function startOutside(runtime: RuntimeFixture, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', server], {
    env: { ...process.env, ...runtime.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(child.stdout!, 'data');
  return child;
}

describe('a process that was started elsewhere', () => {
  test('joins under the name of a declared service, is routed and counted on, and makes room when it ends', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      web: { run: 'sleep 600', port: 'none' },
      front: { run: 'sleep 600', port: 'none', dependsOn: ['web'] },
    });
    const port = await freePort();
    const child = await startOutside(runtime, { PORT: String(port) });
    await runtime.runtime.attach('web', { port, pid: 0, instance: '', folder: '' });
    const web = await runtime.untilStatus('web', Status.RUNNING);
    expect(web).toMatchObject({ kind: Kind.SERVICE, reason: 'attached: it was started outside' });
    expect(web.instances).toMatchObject([{ pid: child.pid, address: `127.0.0.1:${port}` }]);
    expect(runtime.registry.get('web')?.nodes).toMatchObject([{ address: '127.0.0.1', port }]);
    expect(runtime.runtime.instanceTrees()).toMatchObject([{ service: 'web', key: { pid: child.pid } }]);
    expect((await runtime.start('front')).get('front')).toMatchObject({ ok: true });
    await expect(runtime.runtime.attach('web', { port, pid: 0, instance: '', folder: '' })).rejects.toMatchObject({
      code: 'service.running',
    });
    child.kill('SIGKILL');
    await runtime.until('web', ({ command }) => command === 'sleep 600');
    expect(runtime.state('web')).toBe('STOPPED');
    expect(runtime.registry.get('web')?.nodes ?? []).toEqual([]);
    expect((await runtime.start('web')).get('web')).toMatchObject({ ok: true });
  });

  test('stays when it is let go of', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 'none' } });
    const port = await freePort();
    const child = await startOutside(runtime, { PORT: String(port) });
    await runtime.runtime.attach('tool', { port, pid: 0, instance: '', folder: runtime.folder });
    await runtime.untilStatus('tool', Status.RUNNING);
    const stopped = await runtime.stop('tool');
    expect(stopped.get('tool')).toMatchObject({ ok: true, text: 'detached; its process goes on' });
    expect(runtime.runtime.service('tool')).toBeUndefined();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('outside');
    expect(child.exitCode).toBeNull();
  });

  test('is found where it listens, also when that is not where it was told to', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 'auto', env: { COLOUR: 'red' } } });
    const joined = await runtime.runtime.join('web', runtime.folder);
    expect(joined.env).toMatchObject({ MICRO_SERVICE_NAME: 'web', PORT: String(joined.port), COLOUR: 'red' });
    expect(joined.env).not.toHaveProperty('HOME');
    const other = await freePort();
    const child = await startOutside(runtime, { ...joined.env, OTHER_PORT: String(other) });
    const { port, instance } = joined;
    await runtime.runtime.attach('web', { port, pid: child.pid ?? 0, instance, folder: runtime.folder });
    const web = await runtime.untilStatus('web', Status.RUNNING);
    expect(web.instances).toMatchObject([{ id: instance, address: `127.0.0.1:${other}` }]);
  });

  test('is attached again after a restart of the server, and only when it is still the same process', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 'none' }, api: { run: 'sleep 600', port: 'none' } });
    const [webPort, apiPort] = [await freePort(), await freePort()];
    const web = await startOutside(runtime, { PORT: String(webPort) });
    const api = await startOutside(runtime, { PORT: String(apiPort) });
    await runtime.runtime.attach('web', { port: webPort, pid: 0, instance: '', folder: '' });
    await runtime.runtime.attach('api', { port: apiPort, pid: 0, instance: '', folder: '' });
    await runtime.untilStatus('api', Status.RUNNING);
    await runtime.dispose();
    api.kill('SIGKILL');
    await once(api, 'exit');
    const again = await createRuntime({ home: runtime.home, folder: runtime.folder });
    await again.recover();
    expect((await again.untilStatus('web', Status.RUNNING)).instances).toMatchObject([{ pid: web.pid }]);
    expect(again.service('api')).toMatchObject({ command: 'sleep 600', status: Status.STOPPED });
  });

  test('is refused where nothing listens, and in the place of what runs', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 'none' } });
    const place = { port: await freePort(), pid: 0, instance: '', folder: '' };
    await expect(runtime.runtime.attach('web', place)).rejects.toMatchObject({ code: 'service.no-listener' });
    await runtime.start('web');
    await expect(runtime.runtime.attach('web', place)).rejects.toMatchObject({
      code: 'service.running',
      message: 'web runs already',
    });
    await expect(runtime.runtime.join('web', '')).rejects.toMatchObject({ code: 'service.running' });
  });
});
