import { describe, expect, test } from 'vitest';
import type { ActionEvent } from '../../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { RuntimeFixture } from '../../helpers/runtimeFixture.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

const server = `
  require('node:http').createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function scale(runtime: RuntimeFixture, count: number): Promise<ActionEvent | undefined> {
  let last: ActionEvent | undefined;
  await runtime.runtime.scale('web', count, (event) => (last = event), AbortSignal.timeout(20_000));
  return last;
}

function nodeIds(runtime: RuntimeFixture): string[] {
  return (runtime.registry.get('web')?.nodes ?? []).map(({ id }) => id).sort();
}

describe('copies of a service', () => {
  test('come and go while the others run, each with an address of its own', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto' } });
    await runtime.start('web');
    const first = runtime.service('web').instances[0];
    expect(await scale(runtime, 3)).toMatchObject({ done: true, ok: true, status: Status.RUNNING });
    const { instances, replicas } = runtime.service('web');
    expect(replicas).toBe(3);
    expect(new Set(instances.map(({ address }) => address)).size).toBe(3);
    expect(nodeIds(runtime)).toEqual(instances.map(({ id }) => id).sort());
    const answers = await Promise.all(
      instances.map(async ({ address }) => Number(await (await fetch(`http://${address}`)).text())),
    );
    expect(answers.sort()).toEqual(instances.map(({ pid }) => pid).sort());

    expect(await scale(runtime, 1)).toMatchObject({ done: true, ok: true });
    expect(runtime.service('web').instances.map(({ id }) => id)).toEqual([first?.id]);
    expect(nodeIds(runtime)).toEqual([first?.id]);
    expect(await runtime.processes('web')).toHaveLength(1);
    expect(runtime.state('web')).toBe('RUNNING');
  });

  test('that go finish the requests under way, and are known until they are gone', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', replicas: 2 } });
    await runtime.start('web');
    await runtime.until(
      'web',
      ({ instances }) => instances.every(({ status }) => status === Status.RUNNING) && instances.length === 2,
    );
    const second = runtime.service('web').instances[1]?.id ?? '';
    runtime.inFlight.begin(second);
    const scaled = scale(runtime, 1);
    await runtime.until('web', ({ replicas }) => replicas === 1);
    expect(nodeIds(runtime)).not.toContain(second);
    expect(runtime.service('web').instances.map(({ id }) => id)).toContain(second);
    runtime.inFlight.end(second);
    await scaled;
    expect(runtime.service('web').instances.map(({ id }) => id)).not.toContain(second);
  });

  test('of which one crashes are said to be fewer, and it comes back', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', replicas: 2, restart: { delay: '300ms' } } });
    await runtime.start('web');
    await runtime.until(
      'web',
      ({ instances }) => instances.length === 2 && instances.every(({ status }) => status === Status.RUNNING),
    );
    process.kill(runtime.service('web').instances[1]?.pid ?? 0, 'SIGKILL');
    const fewer = await runtime.until('web', ({ reason }) => reason.startsWith('1 of 2 copies'));
    expect(fewer.status).toBe(Status.RUNNING);
    await runtime.until('web', ({ reason, instances }) => reason === '' && instances.length === 2);
    expect(runtime.service('web').restarts).toBe(1);
  });

  test('cannot share a fixed port, and there is a limit', async () => {
    const runtime = await createRuntime();
    await runtime.open({ web: { run: 'sleep 600', port: 4999 }, task: { run: 'true', kind: 'task' } });
    await expect(scale(runtime, 2)).rejects.toMatchObject({
      code: 'api.invalid',
      message: '2 copies of web cannot share port 4999',
    });
    await expect(scale(runtime, 0)).rejects.toMatchObject({ code: 'api.invalid' });
    await expect(scale(runtime, 33)).rejects.toMatchObject({ code: 'api.invalid' });
    await expect(runtime.runtime.scale('task', 2, () => {}, AbortSignal.timeout(1000))).rejects.toMatchObject({
      code: 'api.invalid',
    });
    expect(runtime.service('web').replicas).toBe(1);
  });

  test('of a stopped service are started with it', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto' } });
    expect(await scale(runtime, 2)).toMatchObject({ done: true, ok: true, text: 'takes effect with the next start' });
    await runtime.start('web');
    await runtime.until('web', ({ instances }) => instances.length === 2);
    await runtime.stop('web');
    expect(await runtime.processes('web')).toEqual([]);
  });

  test('are reloaded one after the other, so that one always answers', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', replicas: 2, reload: 'rolling' } });
    await runtime.start('web');
    await runtime.until(
      'web',
      ({ instances, reload }) =>
        instances.length === 2 &&
        instances.every(({ status }) => status === Status.RUNNING) &&
        reload?.state === 'watching',
    );
    const before = runtime.service('web').instances.map(({ id }) => id);
    let fewest = Number.POSITIVE_INFINITY;
    const subscription = runtime.registry.onDidChange(() => (fewest = Math.min(fewest, nodeIds(runtime).length)));
    await runtime.write('server.cjs', `${server}// changed`);
    await runtime.until('web', ({ instances, reload }) => reload?.count === 1 && instances.length === 2);
    subscription.dispose();
    expect(fewest).toBeGreaterThanOrEqual(2);
    expect(runtime.service('web').instances.filter(({ id }) => before.includes(id))).toEqual([]);
  });
});
