import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';

const createRuntime = useRuntimes();

/** Listens on PORT and answers everything with its pid. */
const server = `
  require('node:http').createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1');
`;

function listen(port = 0): Promise<Server> {
  const foreign = createServer((_, answer) => answer.end('foreign'));
  return new Promise((resolve) => foreign.listen(port, '127.0.0.1', () => resolve(foreign)));
}

function portOf(listener: Server): number {
  return (listener.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const probe = await listen();
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('starting', () => {
  test('a service starts after what it needs is ready, and is told where that is', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({
      db: { run: 'node server.cjs', port: 'auto' },
      api: { run: 'sh -c "env; exec node server.cjs"', port: 'auto', dependsOn: ['db'] },
    });
    const events: string[] = [];
    await runtime.runtime.start(
      ['api'],
      { withDependencies: true },
      ({ service, status, text }) => events.push(`${service} ${Status[status]} ${text}`.trim()),
      AbortSignal.timeout(20_000),
    );
    expect(events[0]).toBe('db PENDING starts too, because api needs it');
    expect(events.some((text) => text.startsWith('api PENDING waiting for db'))).toBe(true);
    expect(events.indexOf('db RUNNING')).toBeLessThan(events.indexOf('api RUNNING'));
    expect(runtime.service('db').instances[0]?.readyAt).toBeLessThanOrEqual(
      runtime.service('api').instances[0]?.startedAt ?? 0,
    );
    const lines = await runtime.lines('api');
    const port = runtime.service('api').instances[0]?.address.split(':')[1];
    for (const line of [`PORT=${port}`, 'MICRO_SERVICE_NAME=api', 'MICRO_URL_DB=http://127.0.0.1:1/db']) {
      expect(lines).toContain(`stdout ${line}`);
    }
    expect(runtime.registry.list().map(({ name }) => name)).toEqual(['api', 'db']);
  });

  test('SUP-06 restarts of a service that waits neither wedge it nor double it', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      a: {
        run: `sh -c 'while [ ! -e go ]; do sleep 0.05; done; echo READY; exec sleep 600'`,
        port: 'none',
        ready: { log: 'READY' },
      },
      b: { run: 'sleep 612', port: 'none', dependsOn: ['a'] },
    });
    const started = runtime.start('a', 'b');
    const states: string[] = [];
    const subscription = runtime.runtime.onDidChange(() => states.push(runtime.state('b')));
    await runtime.until('b', ({ reason }) => reason.startsWith('waiting for a'));
    const restarts = [1, 2, 3].map(() => runtime.restart('b'));
    await runtime.stop('b');
    const again = runtime.start('b');
    await runtime.until('b', ({ reason }) => reason.startsWith('waiting for a'));
    await runtime.write('go', '');
    await Promise.all([started, again, ...restarts]);
    await runtime.untilStatus('b', Status.RUNNING);
    subscription.dispose();
    expect(states.filter((state) => /^(STOPPING|ERROR)/.test(state))).toEqual([]);
    const copies = await runtime.processes('b');
    expect(copies.filter(({ command }) => command === 'sleep 612').map(({ pid }) => pid)).toEqual([runtime.pid('b')]);
  });

  test('SUP-07 a service that keeps crashing is left alone with its last exit, and a start by hand begins anew', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      crash: {
        run: `sh -c 'echo about to fail; exit 7'`,
        port: 'none',
        restart: { delay: '5ms', maxDelay: '20ms', maxInRow: 4 },
      },
    });
    for (let round = 1; round <= 2; round++) {
      const events = await runtime.start('crash');
      expect(events.get('crash'), `round ${round}`).toMatchObject({ done: true, ok: false });
      await runtime.untilStatus('crash', Status.ERROR);
      expect(runtime.state('crash')).toMatch(/^ERROR keeps crashing: exit 7 \(4 restarts in .+\)$/);
      expect(runtime.service('crash').next).not.toBe('');
      expect(runtime.logs.lastLines('crash', 5)).toContain('about to fail');
      expect((await runtime.runs('crash')).length).toBe(5 * round);
    }
    expect(runtime.runtime.notices().map(({ text }) => text)).toContain('crash keeps crashing: exit 7');
  });

  test('SUP-09a a service whose dependency failed is blocked by it, by name', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      db: { run: `sh -c 'exit 3'`, port: 'auto', restart: { policy: 'never' } },
      api: { run: 'sleep 600', port: 'none', dependsOn: { db: 'ready' } },
    });
    const events = await runtime.start('api');
    expect(events.get('api')).toMatchObject({ done: true, ok: false, text: 'blocked: db exited 3' });
    expect(runtime.state('api')).toBe('ERROR blocked: db exited 3');
    expect(runtime.state('db')).toBe('ERROR exit 3');
  });

  test('SUP-09b a circle of dependencies is written out and refused, and the others start', async () => {
    const runtime = await createRuntime();
    const idle = { run: 'sleep 613', port: 'none' as const };
    await runtime.open({
      x: { ...idle, dependsOn: ['y'] },
      y: { ...idle, dependsOn: ['z'] },
      z: { ...idle, dependsOn: ['x'] },
      w: { ...idle, dependsOn: ['w'] },
      ok: idle,
    });
    const events = await runtime.start('x', 'y', 'z', 'w', 'ok');
    expect(events.get('x')).toMatchObject({
      done: true,
      ok: false,
      text: 'in a circle of dependencies: x → y → z → x',
    });
    expect(events.get('w')).toMatchObject({ done: true, ok: false, text: 'in a circle of dependencies: w → w' });
    expect(events.get('ok')).toMatchObject({ done: true, ok: true });
    expect(runtime.runtime.projects()[0]?.problem).toMatchObject({ code: 'service.cycle' });
    expect(runtime.state('y')).toMatch(/^ERROR in a circle of dependencies/);
  });

  test('SUP-13 an env file means what its author meant, and its values can be seen before the start', async () => {
    const runtime = await createRuntime();
    const text = [
      'A=1',
      '#B=commented',
      'C=',
      'D="two\n lines"',
      "E='lit # $HOME'",
      'F=plain#hash',
      'G=val # note',
      'export H=8',
      "I='ab$cd'",
      'J=$2a$10$xyz',
      'K="say \\"hi\\""',
      'L=${NOT_SET_ANYWHERE}',
    ].join('\n');
    await runtime.write('plain.env', text);
    await runtime.write('windows.env', `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    const dump = `node -e "for (const name of 'ABCDEFGHIJK') console.log(name + '=' + JSON.stringify(process.env[name]))"`;
    await runtime.open({
      plain: { kind: 'task', run: dump, envFile: 'plain.env' },
      windows: { kind: 'task', run: dump, envFile: 'windows.env' },
    });
    const expected = {
      A: '1',
      C: '',
      D: 'two\n lines',
      E: 'lit # $HOME',
      F: 'plain#hash',
      G: 'val',
      H: '8',
      I: 'ab$cd',
      J: '$2a$10$xyz',
      K: 'say "hi"',
    };
    for (const name of ['plain', 'windows']) {
      const before = await runtime.runtime.environment(name, false);
      const seen = Object.fromEntries(before.variables.map((variable) => [variable.name, variable.value]));
      expect(seen).toMatchObject(expected);
      expect(seen['B']).toBeUndefined();
      expect(before.variables.find((variable) => variable.name === 'G')?.origin).toBe(
        `${runtime.folder}/${name}.env:8`,
      );
      expect(before.warnings).toEqual([
        `${runtime.folder}/${name}.env:13: L: \${NOT_SET_ANYWHERE} is not set and became nothing`,
      ]);
      await runtime.start(name);
      const lines = await runtime.lines(name);
      for (const [key, value] of Object.entries(expected))
        expect(lines).toContain(`stdout ${key}=${JSON.stringify(value)}`);
      expect(lines).toContain('stdout B=undefined');
      expect(lines.join('\n')).toContain('NOT_SET_ANYWHERE} is not set');
    }
  });

  test('SUP-14 a variable that the system does not take is named with its size, and the others start', async () => {
    const runtime = await createRuntime();
    await runtime.write('big.env', `BIG=${'x'.repeat(140_000)}`);
    await runtime.open({
      big: { run: 'sleep 615', port: 'none', envFile: 'big.env', restart: { policy: 'never' } },
      ok: { run: 'sleep 615', port: 'none' },
    });
    const events = await runtime.start('big', 'ok');
    expect(events.get('ok')).toMatchObject({ ok: true });
    expect(runtime.state('big')).toMatch(
      /^ERROR failed to start: variable BIG is 140 00\d bytes, the limit is about 128 KiB/,
    );
  });

  test('SUP-16 a foreign server on the port is named, and its answer makes nothing ready', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    const foreign = await listen();
    const port = portOf(foreign);
    try {
      await runtime.open({
        slow: { run: 'node server.cjs', port, ready: { http: '/' }, restart: { policy: 'never' } },
      });
      const events = await runtime.start('slow');
      expect(events.get('slow')).toMatchObject({ done: true, ok: false });
      expect(runtime.state('slow')).toMatch(new RegExp(`^ERROR port ${port} is held by .*\\(pid ${process.pid}\\)`));
      expect(runtime.registry.list()).toEqual([]);
    } finally {
      foreign.closeAllConnections();
      await new Promise((resolve) => foreign.close(resolve));
    }
    expect((await runtime.start('slow')).get('slow')).toMatchObject({ ok: true });
  });

  test('SUP-16 a restart waits for the end of the old copy, and only the new one makes it ready', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', `${server}process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300));`);
    const port = await freePort();
    await runtime.open({ slow: { run: 'node server.cjs', port, ready: { http: '/' } } });
    await runtime.start('slow');
    let before = runtime.pid('slow');
    for (let round = 1; round <= 3; round++) {
      await runtime.restart('slow');
      expect(runtime.state('slow')).toBe('RUNNING');
      const answer = Number(await (await fetch(`http://127.0.0.1:${port}/`)).text());
      expect(answer).toBe(runtime.pid('slow'));
      expect(answer).not.toBe(before);
      before = answer;
    }
    const runs = await runtime.runs('slow');
    expect(runs.map(({ failed }) => failed)).toEqual([false, false, false, false]);
    // Newest first: each began after the one before it had ended.
    for (let i = 0; i + 1 < runs.length; i++)
      expect(runs[i]?.startedAt).toBeGreaterThanOrEqual(runs[i + 1]?.endedAt ?? Infinity);
  });

  test('SUP-17 the four ways to end are told apart, and a stop on purpose is no failure', async () => {
    const runtime = await createRuntime();
    const never = { port: 'none' as const, restart: { policy: 'never' as const } };
    await runtime.open({
      segv: { run: `sh -c 'kill -SEGV $$'`, ...never },
      code: { run: `sh -c 'exit 137'`, ...never },
      stopped: { run: 'sleep 616', ...never },
      killed: { run: 'sleep 617', ...never },
    });
    await runtime.start('segv', 'code', 'stopped', 'killed');
    process.kill(runtime.pid('killed'), 'SIGKILL');
    await runtime.stop('stopped');
    await runtime.untilStatus('killed', Status.ERROR);
    expect(runtime.state('segv')).toBe('ERROR ended by SIGSEGV');
    expect(runtime.state('code')).toBe('ERROR exit 137');
    expect(runtime.state('stopped')).toBe('STOPPED stopped by you');
    expect(runtime.state('killed')).toBe('ERROR killed (SIGKILL) from outside');
    const failed = async (name: string): Promise<boolean | undefined> => (await runtime.runs(name))[0]?.failed;
    expect([await failed('segv'), await failed('code'), await failed('stopped'), await failed('killed')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test('a service that is killed from outside runs again by itself, with one restart', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', restart: { delay: '10ms' } } });
    await runtime.start('web');
    const { address, pid } = runtime.service('web').instances[0] ?? {};
    process.kill(pid ?? 0, 'SIGKILL');
    const again = await runtime.until('web', ({ status, restarts }) => status === Status.RUNNING && restarts === 1);
    expect(again.instances).toHaveLength(1);
    expect(again.instances[0]?.pid).not.toBe(pid);
    expect(again.instances[0]?.address).toBe(address);
    expect((await runtime.runs('web')).map(({ run, outcome }) => `${run} ${outcome}`)).toEqual([
      '2 ',
      '1 killed (SIGKILL) from outside',
    ]);
  });

  test('a task that ended well is stopped and completed, and lets those go on that wait for it', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      seed: { kind: 'task', run: `sh -c 'echo sown > seed.txt'` },
      api: { run: `sh -c 'cat seed.txt; exec sleep 600'`, port: 'none', ready: { log: 'sown' }, dependsOn: ['seed'] },
    });
    const events = await runtime.start('api');
    expect(events.get('seed')).toMatchObject({ done: true, ok: true, text: 'completed' });
    expect(runtime.state('seed')).toBe('STOPPED completed');
    expect(runtime.state('api')).toBe('RUNNING');
  });

  test('a program that is not installed is named, and the others start', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      gone: { run: 'no-such-program-here --serve', port: 'none' },
      ok: { run: 'sleep 600', port: 'none' },
    });
    const events = await runtime.start('gone', 'ok');
    expect(events.get('ok')).toMatchObject({ ok: true });
    expect(events.get('gone')).toMatchObject({ done: true, ok: false });
    expect(runtime.state('gone')).toMatch(/^ERROR failed to start: .*no-such-program-here/);
    expect(runtime.service('gone').next).not.toBe('');
  });

  test('a service that ignores PORT is found by what it listens on', async () => {
    const runtime = await createRuntime();
    const port = await freePort();
    await runtime.write('fixed.cjs', server.replace('Number(process.env.PORT)', String(port)));
    await runtime.open({ fixed: { run: 'node fixed.cjs', port: 'auto' } });
    await runtime.start('fixed');
    expect(runtime.service('fixed').instances[0]?.address).toBe(`127.0.0.1:${port}`);
    expect((await runtime.lines('fixed')).join('\n')).toContain(`listens on ${port}`);
  });

  test('`run` alone is enough, with a port and without one', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: 'node server.cjs', idle: 'sleep 600' });
    await runtime.start('web', 'idle');
    expect(runtime.state('web')).toBe('RUNNING');
    expect(runtime.service('web').instances[0]?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(runtime.state('idle')).toBe('RUNNING');
    expect(runtime.service('idle').instances[0]?.address).toBe('');
  });

  test('a start leaves alone what runs or is on its way', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto' } });
    await Promise.all([runtime.start('web'), runtime.start('web')]);
    const { pid } = runtime.service('web').instances[0] ?? {};
    await runtime.start('web');
    await runtime.runtime.start(['web'], { withDependencies: true, args: [] }, () => {}, AbortSignal.timeout(20_000));
    expect(runtime.service('web').instances.map((instance) => instance.pid)).toEqual([pid]);
    expect(await runtime.runs('web')).toHaveLength(1);
  });

  test('a run can have further arguments and variables, for this once', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      echo: { kind: 'task', run: `node -e "console.log(process.argv.slice(1), process.env.COLOUR)"` },
    });
    const run = (args: string[], env: Record<string, string>) =>
      runtime.runtime.start(['echo'], { withDependencies: true, args, env }, () => {}, AbortSignal.timeout(20_000));
    await run(['two words', '$HOME'], { COLOUR: 'red' });
    await runtime.start('echo');
    expect((await runtime.lines('echo')).filter((line) => line.startsWith('stdout'))).toEqual([
      `stdout [ 'two words', '$HOME' ] red`,
      'stdout [] undefined',
    ]);
  });
});
