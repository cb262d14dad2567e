import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceStatusJson } from '../../electron/cli/statusJson.ts';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { freePort } from '../helpers/freePort.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const echo = fileURLToPath(new URL('../fixtures/echoService.mjs', import.meta.url));

let home: string;
let project: string;
let server: RunningServer | undefined;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  home = await tempFolder('home');
  project = await tempFolder('project');
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children.clear();
  await server?.stop();
  server = undefined;
});

const micro = (...words: string[]) => microProcess(words, { home, cwd: project });

async function serve(manifest: Record<string, unknown>): Promise<RunningServer> {
  await writeFile(join(project, 'micro.yaml'), JSON.stringify({ name: 'once', ...manifest }));
  server = await startServer(home, ['--project', project]);
  return server;
}

async function statusOf(name: string): Promise<ServiceStatusJson | undefined> {
  const result = await micro('status', '--json');
  expect(result.code, result.err).toBe(0);
  return result.json<{ services: ServiceStatusJson[] }>().services.find((service) => service.name === name);
}

function whenRunning(name: string): Promise<ServiceStatusJson> {
  return waitFor(`${name} runs`, async () => {
    const service = await statusOf(name);
    return service?.status === 'running' && service;
  });
}

/** A process of this test that serves on a port. */
async function outside(port: number): Promise<ChildProcess> {
  const env = { ...process.env, PORT: String(port), MICRO_SERVICE_NAME: 'outside' };
  const child = spawn(process.execPath, [echo], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  await waitFor('it listens', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    return answer?.ok;
  });
  return child;
}

describe('a service that is run once', () => {
  it('with other arguments and variables, and then as it is declared; its environment says where each value is from', async () => {
    await writeFile(join(project, '.env'), 'FILED=yes\nAPI_TOKEN=abc123\nHALF=a${NOWHERE}\n');
    const run = `node -e "console.log(process.argv.slice(1).join('+'), process.env.COLOUR)" --`;
    await serve({
      services: {
        job: { kind: 'task', run, start: 'manual', env: { COLOUR: 'red' }, envFile: '.env' },
      },
    });
    expect((await micro('run', 'job', '--env', 'COLOUR=blue', '--', 'a', 'b')).code).toBe(0);
    expect((await micro('run', 'job')).code).toBe(0);
    const { out } = await micro('logs', 'job', '--all', '--stream', 'stdout', '--json');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
    expect(lines.map((line) => line.trim())).toEqual(['a+b blue', 'red']);

    const { variables, warnings } = (await micro('env-of', 'job', '--json')).json<{
      variables: { name: string; value: string; origin: string; secret: boolean }[];
      warnings: string[];
    }>();
    const of = (name: string) => variables.find((variable) => variable.name === name);
    expect(of('COLOUR')).toEqual({ name: 'COLOUR', value: 'red', origin: 'service', secret: false });
    expect(of('FILED')?.origin).toMatch(/\.env:1$/);
    expect(of('API_TOKEN')).toMatchObject({ value: '••••••••', secret: true });
    expect(of('MICRO_SERVICE_NAME')).toMatchObject({ value: 'job', origin: 'micro' });
    expect(of('PATH')).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/\.env:3: HALF: \$\{NOWHERE\} is not set and became nothing$/)]);
    const plain = await micro('env-of', 'job', '--reveal', '--system');
    expect(plain.out).toContain('abc123');
    expect(plain.out).toMatch(/PATH +\S+ +system/);
    expect(plain.err).toContain('warning:');
    expect((await micro('env-of', 'nope')).code).toBe(4);
  });

  it('although it runs: it is started anew with what is asked for, and a restart brings back what is declared', async () => {
    const run = `node -e "console.log(process.argv.slice(1).join('+'), process.env.COLOUR); setTimeout(() => {}, 600000)" --`;
    await serve({ services: { web: { run, port: 'none', env: { COLOUR: 'red' } } } });
    await whenRunning('web');
    const once = await micro('run', 'web', '--env', 'COLOUR=blue', '--', 'a', 'b');
    expect(once.code, once.err).toBe(0);
    expect((await micro('restart', 'web')).code).toBe(0);
    await waitFor('the lines of three runs', async () => {
      const { out } = await micro('logs', 'web', '--all', '--stream', 'stdout', '--json');
      const texts = out
        .split('\n')
        .flatMap((line) => (line ? [(JSON.parse(line) as { text: string }).text.trim()] : []));
      return JSON.stringify(texts) === JSON.stringify(['red', 'a+b blue', 'red']);
    });
  });

  it('with a value too long for a table, which says its size and leaves the origins in sight', async () => {
    await serve({
      services: { web: { run: 'sleep 600', port: 'none', start: 'manual', env: { LONG: 'x'.repeat(5000) } } },
    });
    const { out } = await micro('env-of', 'web');
    expect(out).toMatch(/^LONG +x+… \(5,000 bytes\) +service$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(200);
    expect((await micro('env-of', 'web', '--json')).out).toContain('x'.repeat(5000));
  });

  it('on a port that somebody holds: explained, on another port, or after its holder was ended', async () => {
    const port = await freePort();
    const holder = await outside(port);
    await serve({ services: { web: { run: `node ${echo}`, port, start: 'manual' } } });
    const refused = await micro('start', 'web');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`port ${port} is held by`);
    expect(refused.err).toContain(`(pid ${holder.pid})`);
    expect(refused.err).toContain('micro start web --free-port');
    expect((await micro('start', 'web', '--port', 'auto')).code).toBe(0);
    expect((await whenRunning('web')).instances[0]?.address).not.toBe(`127.0.0.1:${port}`);
    expect(holder.exitCode).toBeNull();
    expect((await micro('stop', 'web')).code).toBe(0);
    const ended = once(holder, 'exit');
    const freed = await micro('start', 'web', '--free-port');
    expect(freed.code, freed.err).toBe(0);
    await ended;
    expect((await whenRunning('web')).instances[0]?.address).toBe(`127.0.0.1:${port}`);
  });

  it('with its debugger open', async () => {
    await serve({ services: { web: { run: `node ${echo}`, port: 'auto' } } });
    await whenRunning('web');
    const result = await micro('debug', 'web', '--json');
    expect(result.code, result.err).toBe(0);
    const last = JSON.parse(result.out.trim().split('\n').at(-1) as string) as { debugger: string; kind: string };
    expect(last.kind).toBe('node');
    expect(await (await fetch(`http://${last.debugger}/json/list`)).text()).toContain('echoService.mjs');
    expect((await micro('restart', 'web')).code).toBe(0);
    expect((await whenRunning('web')).instances[0]?.debugger).toBeUndefined();
  });
});

describe('a service that was started elsewhere', () => {
  it('is attached, routed, and let go of', async () => {
    const { gateway } = await serve({ services: { web: { run: `node ${echo}`, port: 'auto', start: 'manual' } } });
    const port = await freePort();
    const child = await outside(port);
    const attached = await micro('attach', 'web', '--port', `${port}`);
    expect(attached.code, attached.err).toBe(0);
    const web = await whenRunning('web');
    expect(web.instances).toMatchObject([{ pid: child.pid, address: `127.0.0.1:${port}` }]);
    expect(await (await fetch(`${gateway}/web/`)).text()).toBe('outside\n');
    expect((await micro('attach', 'web', '--port', `${port}`)).err).toContain('is attached already');
    expect((await micro('stop', 'web')).out).toContain('detached; its process goes on');
    expect(child.exitCode).toBeNull();
    expect((await micro('start', 'web')).code).toBe(0);
    expect(await (await fetch(`${gateway}/web/`)).text()).toBe('web\n');
  });

  it('is run by exec with what the service is given, and its code is the code of exec', async () => {
    const { gateway } = await serve({ services: { web: { run: 'sleep 600', port: 'auto', start: 'manual' } } });
    const words = [await bundledCli(), 'exec', '--', process.execPath, echo];
    const child = spawn(process.execPath, words, {
      cwd: project,
      env: { ...process.env, MICRO_HOME: home, MICRO_SERVICE_NAME: 'web' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    await whenRunning('web');
    expect(await (await fetch(`${gateway}/web/`)).text()).toBe('web\n');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect((await statusOf('web'))?.status).toBe('stopped');
    expect((await micro('exec', '--name', 'job', '--', process.execPath, '-e', 'process.exit(7)')).code).toBe(7);
    expect(await statusOf('job')).toBeUndefined();
    expect((await micro('exec', '--', 'true')).code).toBe(2);
  });
});

describe('stopping', () => {
  it('says what goes on without the service, or stops it too, named before', async () => {
    await serve({
      services: {
        back: { run: `node ${echo}`, port: 'auto' },
        front: { run: `node ${echo}`, port: 'auto', dependsOn: ['back'] },
      },
    });
    await whenRunning('front');
    const alone = await micro('stop', 'back');
    expect(alone.out).toContain('front needs back and goes on without it');
    expect((await statusOf('front'))?.status).toBe('running');
    expect((await micro('start', 'back')).code).toBe(0);
    const both = await micro('stop', 'back', '--dependents');
    expect(both.code, both.err).toBe(0);
    expect(both.out).toMatch(/front +stops too, because it needs back/);
    expect((await statusOf('front'))?.status).toBe('stopped');
  });

  it('says which service holds the end of the server up, and ends all the same', async () => {
    const deaf = `python3 -uc "import signal,time;signal.signal(signal.SIGTERM,signal.SIG_IGN);print('deaf');time.sleep(600)"`;
    const held = await serve({
      services: { deaf: { run: deaf, port: 'none', ready: { log: 'deaf' }, stop: { graceMs: 5000 } } },
    });
    const { instances } = await whenRunning('deaf');
    held.child.kill('SIGTERM');
    expect(await held.ended).toBe(0);
    expect(held.output()).toContain('holds the shutdown up');
    expect(await createProcessTable().get(instances[0]!.pid)).toBeUndefined();
  });

  it('is what a server does by itself when whoever started it is gone and nothing uses it', async () => {
    const words = [
      await bundledCli(),
      'server',
      '--home',
      home,
      '--gateway',
      '0',
      '--proxy',
      '0',
      '--end-when-idle',
      '1',
    ];
    const script = `require('node:child_process').spawn(process.execPath, ${JSON.stringify(words)}, { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    children.add(starter);
    const pid = await waitFor('the server is there', async () => {
      const text = await readFile(join(home, 'server.json'), 'utf8').catch(() => undefined);
      return text !== undefined && (JSON.parse(text) as { pid: number }).pid;
    });
    expect((await micro('run', '--name', 'web', '--', 'node', echo)).code).toBe(0);
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    // As long as a service runs, it stays.
    expect((await statusOf('web'))?.status).toBe('running');
    expect((await micro('stop', 'web')).code).toBe(0);
    await waitFor('the server ended', async () => (await createProcessTable().get(pid)) === undefined);
    expect((await micro('status')).code).toBe(4);
  });
});
