import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { processesWith } from '../../helpers/processesOf.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const createRuntime = useRuntimes();

/** Listens on PORT and answers everything with its pid. */
const server = `
  require('node:http').createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function aliveIn(service: { instances: { id: string }[] }): Promise<number[]> {
  const id = service.instances[0]?.id ?? 'none';
  return (await processesWith(`MICRO_INSTANCE_ID=${id}`)).map(({ pid }) => pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isPortFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

describe('stopping', () => {
  test('SUP-01 a launcher whose server is its child: stop ends both, frees the port, and the next start works', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'sh -c "node server.cjs & wait"', port: 'auto' } });
    for (let round = 1; round <= 2; round++) {
      const events = await runtime.start('web');
      expect(events.get('web'), `start ${round}`).toMatchObject({ done: true, ok: true });
      const running = runtime.service('web');
      const port = Number(running.instances[0]?.address.split(':')[1]);
      expect((await aliveIn(running)).length).toBeGreaterThanOrEqual(2);

      await runtime.stop('web');
      expect(runtime.state('web')).toBe('STOPPED stopped by you');
      expect(await aliveIn(running)).toEqual([]);
      expect(await isPortFree(port)).toBe(true);
    }
  });

  test('SUP-02 a helper that ignores SIGTERM keeps the service stopping until SIGKILL ended it, and that is said', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      lead: {
        run: `bash -c 'trap "exit 0" TERM; bash -c "trap \\"\\" TERM; echo deaf; exec sleep 611" & wait'`,
        port: 'none',
        ready: { log: 'deaf' },
        stop: { graceMs: 400 },
      },
    });
    await runtime.start('lead');
    const running = runtime.service('lead');
    const seen: string[] = [];
    const untrue: string[] = [];
    const subscription = runtime.runtime.onDidChange(() => {
      const { status, reason } = runtime.service('lead');
      seen.push(`${Status[status]} ${reason}`);
      if (status === Status.STOPPED)
        void aliveIn(running).then((pids) => pids.forEach((pid) => untrue.push(String(pid))));
    });
    await runtime.stop('lead');
    subscription.dispose();
    expect(await aliveIn(running)).toEqual([]);
    expect(untrue).toEqual([]);
    expect(seen.some((text) => text === 'STOPPING did not end within 400 ms, SIGKILL')).toBe(true);
    expect(runtime.state('lead')).toBe('STOPPED stopped by you');
    const [run] = await runtime.runs('lead');
    expect(run).toMatchObject({ outcome: 'stopped by you (forced with SIGKILL)', failed: false });
  });

  test('SUP-04 a program that ignores every polite signal is never called stopped while it lives', async () => {
    const runtime = await createRuntime();
    await runtime.write(
      'deaf.cjs',
      `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => console.log('ignored'));
       console.log('tick'); setInterval(() => console.log('tick'), 50);`,
    );
    await runtime.open({
      deaf: { run: 'node deaf.cjs', port: 'none', ready: { log: 'tick' }, stop: { graceMs: 500 } },
    });
    await runtime.start('deaf');
    const pid = runtime.pid('deaf');
    const lies: string[] = [];
    const subscription = runtime.runtime.onDidChange(() => {
      const { status } = runtime.service('deaf');
      if (status === Status.STOPPED && isAlive(pid)) lies.push(`stopped while ${pid} lives`);
    });
    const stopped = runtime.stop('deaf');
    await runtime.until('deaf', ({ status }) => status === Status.STOPPING);
    expect(isAlive(pid)).toBe(true);
    await stopped;
    subscription.dispose();
    expect(lies).toEqual([]);
    expect(isAlive(pid)).toBe(false);
    expect(runtime.state('deaf')).toBe('STOPPED stopped by you');
  });

  test('force ends a service at once, whatever its grace time is', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      slow: {
        run: `bash -c 'trap "" TERM; echo up; while :; do sleep 1; done'`,
        port: 'none',
        ready: { log: 'up' },
        stop: { graceMs: 600_000 },
      },
    });
    await runtime.start('slow');
    const polite = runtime.stop('slow');
    await runtime.until('slow', ({ status }) => status === Status.STOPPING);
    await runtime.runtime.stop(['slow'], { force: true, withDependents: false }, () => {});
    await polite;
    expect(runtime.state('slow')).toBe('STOPPED stopped by you');
  });

  test('a stop command is run instead of the signal, with the environment of the service', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      db: {
        run: `sh -c 'echo up; while [ ! -e stop.me ]; do sleep 0.05; done; echo "by command"'`,
        port: 'none',
        ready: { log: 'up' },
        env: { COLOUR: 'blue' },
        stop: { command: 'sh -c \'echo "$MICRO_PID $COLOUR" > stop.me\'' },
      },
    });
    await runtime.start('db');
    const pid = runtime.pid('db');
    await runtime.stop('db');
    expect((await readFile(`${runtime.folder}/stop.me`, 'utf8')).trim()).toBe(`${pid} blue`);
    expect(await runtime.lines('db')).toContain('stdout by command');
  });

  test('a background process that a service left is named in its log and ended with it', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      task: { kind: 'task', run: `sh -c 'setsid sleep 619 > /dev/null 2>&1 & exit 0'` },
    });
    await runtime.start('task');
    const [run] = await runtime.runs('task');
    expect(await processesWith(`MICRO_INSTANCE_ID=${run?.instance}`)).toEqual([]);
    expect((await runtime.lines('task')).join('\n')).toMatch(/it left in the background: .*sleep 619 \(pid \d+\)/);
    // The end is written behind the start's success.
    const outcome = async () => (await runtime.runs('task'))[0]?.outcome ?? '';
    await waitFor('the end of the run', async () => (await outcome()) !== '');
    expect(await outcome()).toMatch(/^exit 0, left .*sleep 619 \(pid \d+\)$/);
  });

  test('from the request on a service is stopping until it is stopped, and nothing else', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto' }, idle: { run: 'sleep 600', port: 'none' } });
    await runtime.start('web', 'idle');
    const states: string[] = [];
    await runtime.runtime.stop(['web', 'idle'], { force: false, withDependents: false }, ({ service, status }) =>
      states.push(`${service} ${Status[status]}`),
    );
    for (const name of ['web', 'idle']) {
      const own = states.filter((state) => state.startsWith(name)).map((state) => state.slice(name.length + 1));
      expect([...new Set(own)]).toEqual(['STOPPING', 'STOPPED']);
    }
  });

  test('stopping what does not run is no failure, whatever kept it from running', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      x: { run: 'sleep 600', dependsOn: ['y'] },
      y: { run: 'sleep 600', dependsOn: ['x'] },
      failed: { run: 'no-such-program-here', restart: { policy: 'never' } },
    });
    await runtime.start('x', 'failed');
    const events = await runtime.stop('x', 'y', 'failed');
    expect([...events.values()].map(({ service, done, ok }) => [service, done, ok]).sort()).toEqual([
      ['failed', true, true],
      ['x', true, true],
      ['y', true, true],
    ]);
    expect(runtime.state('failed')).toBe('STOPPED stopped by you');
  });

  test('services that need another one stop before it', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    const web = { run: 'node server.cjs', port: 'auto' as const };
    await runtime.open({ a: web, b: { ...web, dependsOn: ['a'] }, c: { ...web, dependsOn: ['b'] } });
    await runtime.start('c');
    const order: string[] = [];
    await runtime.runtime.stop(['a', 'b', 'c'], { force: false, withDependents: false }, (event) => {
      if (event.done) order.push(event.service);
    });
    expect(order).toEqual(['c', 'b', 'a']);
    await waitFor('an empty registry', () => runtime.registry.list().length === 0);
  });
});
