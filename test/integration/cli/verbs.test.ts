import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type ActionEvent, ActionEventSchema, type StartRequest } from '../../../shared/contract/gen/actions_pb.ts';
import type { Desktop } from '../../../shared/contract/gen/desktop_pb.ts';
import { LogRecordSchema, ReadLogsResponseSchema } from '../../../shared/contract/gen/logs_pb.ts';
import { Kind, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import { FakeApi } from '../../helpers/fakes/fakeApi.ts';
import { runMicro } from '../../helpers/runMicro.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
let api: FakeApi | undefined;

beforeEach(async () => {
  home = await tempFolder('cli');
});

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const serve = async (
  desktop: Partial<ServiceImpl<typeof Desktop>>,
  registry: Parameters<typeof FakeApi.start>[2] = {},
): Promise<void> => {
  api = await FakeApi.start(home, desktop, registry);
};
const micro = (...words: string[]) => runMicro(words, { home });

const orders = create(ServiceSchema, {
  name: 'orders',
  project: 'shop',
  kind: Kind.SERVICE,
  status: Status.RUNNING,
  restarts: 1,
  instances: [{ pid: 4711, address: '127.0.0.1:4001', startedAt: Date.UTC(2026, 0, 1) }],
});
const seed = create(ServiceSchema, {
  name: 'seed',
  project: 'shop',
  kind: Kind.TASK,
  status: Status.STOPPED,
  reason: 'completed',
});
const event = (value: Partial<ActionEvent>): ActionEvent => create(ActionEventSchema, value as object);
const unknown = (name: string): MicroError =>
  new MicroError('service.not-found', `there is no service "${name}"`, { next: 'list them with: micro services' });

describe('micro without a server', () => {
  it('says so, says what helps, and ends with 4', async () => {
    for (const words of [['status'], ['logs', 'x'], ['start', 'x'], ['run', '--', 'true'], ['services']]) {
      const result = await micro(...words);
      expect(result.code, words.join(' ')).toBe(4);
      expect(result.err).toContain('error: no micro server is running');
      expect(result.err).toContain('next: start one with: micro server');
      expect(result.out).toBe('');
    }
  });

  it('takes a server.json of a process that is gone, or of another one by now, for no server', async () => {
    const file = { version: '1', gateway: 'http://127.0.0.1:1', proxy: 'http://127.0.0.1:1', token: 't' };
    for (const who of [
      { pid: 2 ** 22 + 1, startTime: 'x' },
      { pid: process.pid, startTime: 'long ago' },
    ]) {
      await writeFile(join(home, 'server.json'), JSON.stringify({ ...file, ...who }));
      expect((await micro('status')).code).toBe(4);
    }
    for (const text of ['', '{', 'null', '[]', '{"pid":"1"}']) {
      await writeFile(join(home, 'server.json'), text);
      expect((await micro('status')).code, text).toBe(4);
    }
  });

  it('gives an error as one JSON object with --json', async () => {
    const result = await micro('status', '--json');
    expect(JSON.parse(result.err)).toEqual({
      error: {
        code: 'server.not-running',
        message: `no micro server is running for ${home}`,
        next: 'start one with: micro server',
        details: { home },
      },
    });
  });

  it('version tells its own version, doctor its checks', async () => {
    expect((await micro('version', '--json')).json()).toMatchObject({ server: null });
    const doctor = await micro('doctor', '--json');
    const names = doctor.json<{ checks: { name: string }[] }>().checks.map((check) => check.name);
    expect(names).toEqual(expect.arrayContaining(['node', 'home', 'ports', 'leftovers', 'programs']));
  });
});

describe('micro and its words', () => {
  it('bad usage ends with 2 and points to the help', async () => {
    for (const words of [
      ['nonsense'],
      ['status', '--nonsense'],
      ['start'],
      ['start', 'a', '--all'],
      ['logs', 'a', '-n', 'many'],
      ['server', '--gateway', '99999'],
      ['server', '--gateway'],
    ]) {
      const result = await micro(...words);
      expect(result.code, words.join(' ')).toBe(2);
      expect(result.err, words.join(' ')).toMatch(/^error: .+\nnext: .+\n$/);
    }
  });

  it('a mistyped verb is answered with the nearest one', async () => {
    expect((await micro('statsu')).err).toContain('status');
  });

  it('every verb has help with examples, on stdout, with 0', async () => {
    const help = await micro('--help');
    expect(help.code).toBe(0);
    const { verbs } = await import('../../../electron/cli/verbs.ts');
    for (const { name } of verbs) {
      expect(help.out).toContain(name);
      const own = await micro(name, '--help');
      expect(own.code, name).toBe(0);
      expect(own.out, name).toContain('Examples:');
      expect(own.out, name).toContain('--json');
    }
  });

  it('takes common options before and after the verb', async () => {
    await serve({ status: () => ({ services: [] }) });
    expect((await micro('--json', 'status')).json()).toEqual({ services: [] });
    expect((await micro('status', '--json')).json()).toEqual({ services: [] });
    const other = await tempFolder('other');
    expect((await micro('--home', other, 'status')).code).toBe(4);
    expect((await micro('status', '--home', other)).code).toBe(4);
  });
});

describe('micro status', () => {
  it('--json has exactly the agreed shape, sorted by name', async () => {
    await serve({ status: () => ({ services: [seed, orders] }) });
    expect((await micro('status', '--json')).json()).toEqual({
      services: [
        {
          name: 'orders',
          project: 'shop',
          kind: 'service',
          status: 'running',
          reason: '',
          restarts: 1,
          instances: [{ pid: 4711, address: '127.0.0.1:4001', startedAt: '2026-01-01T00:00:00.000Z' }],
          build: { status: '', message: '', durationMs: 0 },
          reload: { state: '', file: '', count: 0, lastMs: 0, watched: 0, message: '', at: null },
        },
        {
          name: 'seed',
          project: 'shop',
          kind: 'task',
          status: 'stopped',
          reason: 'completed',
          restarts: 0,
          instances: [],
          build: { status: '', message: '', durationMs: 0 },
          reload: { state: '', file: '', count: 0, lastMs: 0, watched: 0, message: '', at: null },
        },
      ],
    });
  });

  it('the table is aligned and has no colours unless a person looks', async () => {
    await serve({ status: () => ({ services: [seed, orders] }) });
    const { lines, out } = await micro('status');
    expect(lines[0]).toMatch(/^NAME +KIND +STATUS +ADDRESS +PID +RESTARTS +UP +REASON$/);
    expect(lines[1]).toMatch(/^orders +service +running +127\.0\.0\.1:4001 +4711 +1 +\S+/);
    expect(lines[2]).toMatch(/^seed +task +stopped +- +- +0 +- +completed$/);
    expect(out).not.toContain('\x1b');
    expect((await runMicro(['status'], { home, terminal: true })).out).toContain('\x1b[');
    expect((await runMicro(['status', '--no-color'], { home, terminal: true })).out).not.toContain('\x1b[');
    expect((await runMicro(['status'], { home, env: { FORCE_COLOR: '1' } })).out).toContain('\x1b[');
  });

  it('without services it says what to do', async () => {
    await serve({ status: () => ({ services: [] }) });
    expect((await micro('status')).out).toContain('micro run');
  });

  it('an unknown service or project ends with 4', async () => {
    await serve({
      status(request) {
        if (request.services.length > 0) throw unknown(request.services[0] as string);
        return { services: [orders], projects: [] };
      },
    });
    expect((await micro('status', 'nope')).code).toBe(4);
    const project = await micro('status', '--project', 'nope');
    expect(project.code).toBe(4);
    expect(project.err).toContain('there is no open project "nope"');
  });

  it('a project whose micro.yaml is broken is said beside the table', async () => {
    const problem = { code: 'manifest.syntax', message: 'micro.yaml:3:1 is not YAML', next: 'mend it' };
    await serve({ status: () => ({ services: [orders], projects: [{ name: 'shop', problem }] }) });
    const result = await micro('status');
    expect(result.code).toBe(0);
    expect(result.err).toBe('warning: project shop: micro.yaml:3:1 is not YAML\nnext: mend it\n');
  });
});

describe('micro services and get', () => {
  it('services prints names one a line, sorted', async () => {
    await serve({ status: () => ({ services: [seed, orders] }) });
    expect((await micro('services')).out).toBe('orders\nseed\n');
    expect((await micro('services', '--json')).json()).toEqual({ services: ['orders', 'seed'] });
  });

  it('get shows how it is run, its nodes and its endpoints', async () => {
    await serve(
      { status: () => ({ services: [orders] }) },
      {
        getService: () => ({
          services: [
            {
              name: 'orders',
              version: 'v1',
              nodes: [{ id: 'orders-1', address: '127.0.0.1:4001' }],
              endpoints: [{ name: 'Orders.List', metadata: { path: '/orders' } }],
            },
          ],
        }),
      },
    );
    const { out, code } = await micro('get', 'service', 'orders');
    expect(code).toBe(0);
    for (const text of ['orders', 'running', 'v1', 'orders-1', '127.0.0.1:4001', 'Orders.List', 'path=/orders']) {
      expect(out).toContain(text);
    }
    expect((await micro('get', 'service', 'orders', '--json')).json()).toMatchObject({
      name: 'orders',
      versions: [{ version: 'v1', nodes: [{ id: 'orders-1' }], endpoints: [{ name: 'Orders.List' }] }],
    });
  });

  it('get of an unknown service ends with 4', async () => {
    await serve(
      { status: () => ({ services: [] }) },
      {
        getService() {
          throw unknown('nope');
        },
      },
    );
    expect((await micro('get', 'service', 'nope')).code).toBe(4);
  });
});

describe('micro start, stop and run', () => {
  it('says what happens as it happens, and sums up', async () => {
    await serve({
      async *start() {
        yield event({ service: 'orders', status: Status.PENDING, text: 'waiting for catalog' });
        yield event({
          service: 'orders',
          status: Status.RUNNING,
          text: 'running at 127.0.0.1:4001',
          done: true,
          ok: true,
        });
      },
    });
    const { code, lines } = await micro('start', 'orders');
    expect(code).toBe(0);
    expect(lines).toEqual([
      'orders        waiting for catalog',
      'orders        running at 127.0.0.1:4001',
      '1 service started',
    ]);
    const json = await micro('start', 'orders', '--json');
    expect(json.lines.map((line) => JSON.parse(line) as object)).toEqual([
      { service: 'orders', status: 'pending', text: 'waiting for catalog', done: false },
      { service: 'orders', status: 'running', text: 'running at 127.0.0.1:4001', done: true, ok: true },
    ]);
    expect((await micro('start', 'orders', '--quiet')).out).toBe('');
  });

  it('a service that does not get there is told with its reason and last lines, and ends with 1', async () => {
    await serve({
      async *start() {
        yield event({ service: 'ok', status: Status.RUNNING, done: true, ok: true });
        yield event({
          service: 'bad',
          status: Status.ERROR,
          text: 'exit 3',
          done: true,
          ok: false,
          lastLines: ['cannot connect', 'giving up'],
        });
      },
    });
    for (const flags of [[], ['--quiet']]) {
      const { code, err } = await micro('start', '--all', ...flags);
      expect(code).toBe(1);
      for (const text of ['exit 3', 'cannot connect', 'giving up', 'error: bad did not start: exit 3']) {
        expect(err).toContain(text);
      }
    }
  });

  it('asks for what was named: names, a project, everything, force', async () => {
    const asked: object[] = [];
    const take = (request: object): void => {
      const { $typeName: _, ...fields } = request as { $typeName: string };
      asked.push(fields);
    };
    await serve({
      async *start(request) {
        take(request);
      },
      async *stop(request) {
        take(request);
      },
      async *restart(request) {
        take(request);
      },
    });
    await micro('start', 'a', 'b', '--no-deps');
    await micro('stop', '--project', 'shop', '--dependents');
    await micro('kill', 'a');
    await micro('restart', '--all');
    expect(asked).toMatchObject([
      { services: ['a', 'b'], all: false, withDependencies: false },
      { services: [], project: 'shop', withDependents: true, force: false },
      { services: ['a'], force: true },
      { services: [], all: true },
    ]);
  });

  it('ctrl-C ends the wait with 130 and cancels the request', async () => {
    let cancelled = false;
    await serve({
      async *start(_request, context) {
        context.signal.addEventListener('abort', () => {
          cancelled = true;
        });
        yield event({ service: 'a', status: Status.STARTING, text: 'starting' });
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      },
    });
    const result = await runMicro(['start', 'a'], {
      home,
      watch(out, signal) {
        if (out.includes('starting')) signal('SIGINT');
      },
    });
    expect(result.code).toBe(130);
    expect(result.err).toBe('');
    await expect.poll(() => cancelled).toBe(true);
  });

  it('run takes a command after "--", a folder, or the name of a known service', async () => {
    const calls: unknown[] = [];
    await serve({
      status: () => ({ services: [orders] }),
      addService(request) {
        calls.push(['add', request.name, request.folder, request.command, request.env, request.port, request.kind]);
        return { service: create(ServiceSchema, { name: request.name || 'node', command: request.command.join(' ') }) };
      },
      openProject(request) {
        calls.push(['open', request.folder]);
        return { project: { name: 'shop' }, services: ['orders'] };
      },
      async *start(request: StartRequest) {
        calls.push(['start', request.services, request.project, request.args]);
        yield event({ service: 'x', status: Status.RUNNING, text: 'running', done: true, ok: true });
      },
    });
    const cwd = await tempFolder('cwd');
    await mkdir(join(cwd, 'orders'));
    await mkdir(join(cwd, 'shop'));
    const run = (...words: string[]) => runMicro(['run', ...words], { home, cwd });
    expect((await run('--name', 'w', '--env', 'A=b=c', '--port', '9', '--', 'node', 'x.js', '--json')).code).toBe(0);
    expect((await run('shop')).code).toBe(0);
    expect((await run()).code).toBe(0);
    expect((await run('orders', '--', '--seed', '7')).code).toBe(0);
    expect((await run('./orders')).code).toBe(0);
    expect((await run('--task', '--', 'true')).code).toBe(0);
    expect(calls).toEqual([
      ['add', 'w', cwd, ['node', 'x.js', '--json'], { A: 'b=c' }, 9, Kind.SERVICE],
      ['start', ['w'], '', []],
      ['open', join(cwd, 'shop')],
      ['start', [], 'shop', []],
      ['open', cwd],
      ['start', [], 'shop', []],
      ['start', ['orders'], '', ['--seed', '7']],
      ['open', join(cwd, 'orders')],
      ['start', [], 'shop', []],
      ['add', '', cwd, ['true'], {}, 0, Kind.TASK],
      ['start', ['node'], '', []],
    ]);
    const missing = await run('nowhere');
    expect(missing.code).toBe(4);
    expect(missing.err).toContain('"nowhere" is neither a folder nor the name of a service');
  });
});

describe('micro logs', () => {
  const record = (line: number, text: string, more: object = {}) =>
    create(LogRecordSchema, { service: 'orders', run: 1, stream: 'stdout', line, text, timeUs: line * 1e6, ...more });

  it('asks for what the options say and prints each line once', async () => {
    let asked: unknown;
    await serve({
      async *readLogs(request) {
        asked = {
          tail: request.tail,
          follow: request.follow,
          services: request.query?.services,
          run: request.query?.run,
        };
        yield create(ReadLogsResponseSchema, { records: [record(1, 'one'), record(2, 'tw', { partial: true })] });
        yield create(ReadLogsResponseSchema, { records: [record(2, 'two'), record(3, 'open', { partial: true })] });
      },
    });
    const { out } = await micro('logs', 'orders', '-n', '5', '--run', '2');
    expect(out).toBe('one\ntwo\nopen\n');
    expect(asked).toEqual({ tail: 5, follow: false, services: ['orders'], run: 2 });
  });

  it('--count prints the number alone', async () => {
    await serve({
      async *readLogs() {
        yield create(ReadLogsResponseSchema, { count: 1234 });
      },
    });
    expect((await micro('logs', 'orders', '--count', '--grep', 'x')).out).toBe('1234\n');
    expect((await micro('logs', 'orders', '--count', '--json')).json()).toEqual({ count: 1234 });
  });

  it('--export writes every line to a new file, and never over another one unasked', async () => {
    await serve({
      async *readLogs() {
        yield create(ReadLogsResponseSchema, { records: [record(1, '\x1b[31mone\x1b[0m'), record(2, 'two')] });
      },
    });
    const cwd = await tempFolder('export');
    const run = (...words: string[]) => runMicro(['logs', 'orders', '--export', 'out.log', ...words], { home, cwd });
    expect((await run()).out).toBe(`2 lines written to ${join(cwd, 'out.log')}\n`);
    expect(await readFile(join(cwd, 'out.log'), 'utf8')).toBe('one\ntwo\n');
    const again = await run();
    expect(again.code).toBe(1);
    expect(again.err).toContain('is already there');
    expect((await run('--force', '--json')).code).toBe(0);
    expect(await readFile(join(cwd, 'out.log'), 'utf8')).toContain('"text":"two"');
  });

  it('an unknown service ends with 4 and leaves no file', async () => {
    await serve({
      async *readLogs(request) {
        throw unknown(request.query?.services[0] as string);
      },
    });
    const cwd = await tempFolder('export');
    const result = await runMicro(['logs', 'nope', '--export', 'x'], { home, cwd });
    expect(result.code).toBe(4);
    await expect(readFile(join(cwd, 'x'))).rejects.toThrow();
  });

  it('a server that goes away while its log is followed is an error, not an end', async () => {
    await serve({
      async *readLogs() {
        yield create(ReadLogsResponseSchema, { records: [record(1, 'one')] });
        await new Promise(() => {});
      },
    });
    const result = await runMicro(['logs', 'orders', '-f'], {
      home,
      watch(out) {
        if (out.includes('one')) void api?.stop();
      },
    });
    expect(result.out).toBe('one\n');
    expect(result.code).toBe(4);
    expect(result.err).toContain('error: the server does not answer');
  });
});
