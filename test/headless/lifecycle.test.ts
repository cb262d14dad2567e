import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceStatusJson } from '../../electron/cli/statusJson.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const echo = fileURLToPath(new URL('../fixtures/echoService.mjs', import.meta.url));

let home: string;
let project: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  home = await tempFolder('home');
  project = await tempFolder('project');
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const micro = (...words: string[]) => microProcess(words, { home, cwd: project });

async function serve(manifest: Record<string, unknown>): Promise<void> {
  await writeFile(join(project, 'micro.yaml'), JSON.stringify({ name: 'life', ...manifest }));
  server = await startServer(home, ['--project', project]);
}

async function statusOf(name: string): Promise<ServiceStatusJson> {
  const result = await micro('status', name, '--json');
  expect(result.code, result.err).toBe(0);
  return result.json<{ services: ServiceStatusJson[] }>().services[0]!;
}

function whenRunning(name: string): Promise<ServiceStatusJson> {
  return waitFor(`${name} runs`, async () => {
    const service = await statusOf(name);
    return service.status === 'running' && service;
  });
}

describe('a project that is opened again', () => {
  it('does not touch what runs, nor what the server brings back by itself', async () => {
    const run = `node ${echo}`;
    await serve({ services: { web: { run, port: 'auto', dependsOn: ['api'] }, api: { run, port: 'auto' } } });
    const pids = () =>
      waitFor('both run', async () => {
        const { services } = (await micro('status', '--json')).json<{ services: ServiceStatusJson[] }>();
        const found = services.filter(({ status }) => status === 'running').flatMap(({ instances }) => instances);
        return found.length === 2 && found.map(({ pid }) => pid);
      });
    const before = await pids();
    for (const words of [
      ['run', project],
      ['start', 'web', 'api'],
    ]) {
      const { code, err } = await micro(...words);
      expect(code, err).toBe(0);
      expect(await pids(), words.join(' ')).toEqual(before);
    }
    await server?.stop();
    server = await startServer(home, ['--project', project]);
    await pids();
    const runs = (await micro('logs', '--all', 'web', 'api')).out.match(/started: pid/g);
    expect(runs, 'two runs of each').toHaveLength(4);
  });
});

describe('micro scale', () => {
  it('starts and ends copies, and says what became of it', async () => {
    await serve({ services: { web: { run: `node ${echo}`, port: 'auto' } } });
    await whenRunning('web');
    const up = await micro('scale', 'web', '3', '--json');
    expect(up.code, up.err).toBe(0);
    expect(JSON.parse(up.out.trim().split('\n').at(-1) as string)).toMatchObject({
      service: 'web',
      done: true,
      ok: true,
    });
    const { instances } = await statusOf('web');
    expect(new Set(instances.map(({ address }) => address)).size).toBe(3);
    for (const { address } of instances) expect(await (await fetch(`http://${address}/`)).text()).toBe('web\n');
    const down = await micro('scale', 'web', '1');
    expect(down.code, down.err).toBe(0);
    expect(down.out).toContain('scaled to 1');
    expect((await statusOf('web')).instances.map(({ pid }) => pid)).toEqual([instances[0]!.pid]);
    expect((await micro('scale', 'web', 'many')).code).toBe(2);
    expect((await micro('scale', 'nope', '2')).code).toBe(4);
  });
});

describe('hot reload from the command line', () => {
  it('pause and resume, status and why tell the same', async () => {
    await mkdir(join(project, 'src'));
    await writeFile(join(project, 'src', 'data.txt'), 'one');
    await serve({
      services: {
        web: { run: `node ${echo}`, port: 'auto', reload: 'rolling', watch: { ignore: ['*.md'] } },
        plain: { run: `node ${echo}`, port: 'auto' },
      },
    });
    await whenRunning('web');
    const reload = async (): Promise<ServiceStatusJson['reload']> => (await statusOf('web')).reload;
    await waitFor('web is watched', async () => (await reload()).state === 'watching');

    const yes = await micro('why', 'web', 'src/data.txt', '--json');
    expect(yes.json()).toMatchObject({ file: join(project, 'src', 'data.txt'), reloads: true });
    expect((await micro('why', 'web', 'notes.md')).out).toBe('does not reload web: watch.ignore has "*.md"\n');
    expect((await micro('why', 'plain', 'src/data.txt')).out).toContain('watch is off');
    expect((await micro('why', 'nope', 'x')).code).toBe(4);

    expect((await micro('pause', '--all', '--json')).json()).toEqual({ paused: true, services: ['web'] });
    expect((await reload()).state).toBe('paused');
    expect((await micro('why', 'web', 'src/data.txt')).out).toContain('reloading is paused');
    expect((await micro('resume', 'web')).out).toBe('hot reload goes on: web\n');
    expect((await micro('pause', 'plain')).out).toBe('no files of these services are watched\n');
    await waitFor('web is watched again', async () => (await reload()).state === 'watching');

    await writeFile(join(project, 'src', 'data.txt'), 'two');
    const after = await waitFor('the save is served', async () => {
      const now = await reload();
      return now.count === 1 && now.state === 'watching' && now;
    });
    expect(after.file).toBe('src/data.txt');
    expect(after.lastMs).toBeGreaterThan(0);
  });

  it('status tells the build that failed while the old version serves', async () => {
    await writeFile(
      join(project, 'check.sh'),
      'grep -q broken source.txt && { echo "source.txt:1: broken" >&2; exit 2; }\nexit 0\n',
    );
    await writeFile(join(project, 'source.txt'), 'good');
    await serve({
      services: {
        web: { build: 'sh check.sh', run: `node ${echo}`, port: 'auto', watch: { include: ['source.txt'] } },
      },
    });
    const before = await whenRunning('web');
    expect(before.build).toMatchObject({ status: 'ok', message: '' });
    await waitFor('web is watched', async () => (await statusOf('web')).reload.state === 'watching');
    await writeFile(join(project, 'source.txt'), 'broken');
    const failed = await waitFor('the build failed', async () => {
      const service = await statusOf('web');
      return service.build.status === 'failed' && service.reload.state === 'failed' && service;
    });
    expect(failed.build.message).toContain('source.txt:1: broken');
    expect(failed).toMatchObject({ status: 'running', instances: before.instances });

    // Everybody who looks is told: the table, the facts, who restarts it, and the terminal of the server.
    expect((await micro('status', 'web')).out).toContain('build failed (source.txt), old version serving');
    const facts = (await micro('get', 'web')).out;
    expect(facts).toMatch(/^status +running for \S+ \(build failed \(source\.txt\), old version serving\)$/m);
    expect(facts).toMatch(/^build +failed in \S+\n +exit 2\n +source\.txt:1: broken$/m);
    const restarted = await micro('restart', 'web');
    expect(restarted.code).toBe(1);
    expect(restarted.err).toContain('web did not restart: build failed: exit 2; old version serving');
    expect(restarted.err).toContain('source.txt:1: broken');
    const debugged = await micro('debug', 'web');
    expect(debugged.code).toBe(1);
    expect(debugged.err).toContain('build failed: exit 2');
    expect((await statusOf('web')).instances).toEqual(before.instances);
    const told = () => (server as RunningServer).output();
    expect(told()).toContain('"outcome":"build-failed"');

    await writeFile(join(project, 'source.txt'), 'good again');
    await waitFor('the reload to be told', () => told().includes('"outcome":"restarted"'));
    expect((await micro('get', 'web')).out).toMatch(/^reload +watching 1 file\n +1 so far, the last took /m);
  });

  it('what does not run by itself says why, and a schedule says when it runs next', async () => {
    await serve({
      services: {
        never: { run: 'sleep 600', start: 'disabled' },
        asked: { run: 'sleep 600', port: 'none', start: 'manual' },
        hourly: { kind: 'task', run: 'node --version', schedule: { every: '1h' } },
      },
    });
    await waitFor('hourly has run', async () => (await statusOf('hourly')).reason === 'completed');
    const { out } = await micro('status');
    expect(out).toMatch(/^never .* disabled$/m);
    expect(out).toMatch(/^asked .* started on demand$/m);
    expect(out).toMatch(/^hourly .* completed; runs next in \d+m/m);
    const { nextRunAt } = await statusOf('hourly');
    expect(Date.parse(nextRunAt ?? '')).toBeGreaterThan(Date.now());
    const refused = await micro('start', 'never');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('Write start: manual in micro.yaml');
  });

  it('many services that start at once, and a server that was killed, are told in its terminal without alarm', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    await serve({ services: Object.fromEntries(names.map((name) => [name, { run: 'sleep 600', port: 'none' }])) });
    for (const name of names) await whenRunning(name);
    expect((await micro('restart', '--all')).code).toBe(0);
    expect(server?.output()).not.toContain('Warning');
    server?.child.kill('SIGKILL');
    await server?.ended;
    server = await startServer(home);
    await waitFor('every service to be told as running again', () => {
      const text = (server as RunningServer).output();
      return names.every((name) => text.includes(`{"service":"${name}","status":"running","text":"","done":true`));
    });
    const told = server.output();
    for (const name of names) expect(told).toContain(`${name} was left running by a server that did not end in order`);
  });
});
