import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundles } from '../helpers/bundle.ts';
import { microProcess, type MicroProcessResult } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { waitFor } from '../helpers/waitFor.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every block of code of docs/sdk.md: its language, and the text. */
async function blocksOfDocument(): Promise<{ language: string; text: string }[]> {
  const document = await readFile(join(root, 'docs/sdk.md'), 'utf8');
  return [...document.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** ms; a compiler that is started twice on a machine that builds something else beside it. */
const COMPILE_TIMEOUT_MS = 300_000;

let folder: string;
let home: string;
let project: string;
let server: RunningServer;

const micro = (...words: string[]): Promise<MicroProcessResult> => microProcess(words, { home, cwd: project });

/** The project of docs/sdk.md, as somebody has it who copied every file of it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micro-sdk-'));
  home = join(folder, 'home');
  project = join(folder, 'project');
  await ensureBundles('sdk');
  await mkdir(join(project, 'node_modules'), { recursive: true });
  await symlink(root, join(project, 'node_modules/micro-desktop'));
  for (const { text } of await blocksOfDocument()) {
    const name = /^(?:\/\/|#) (\S+)\n/.exec(text)?.[1];
    if (name) await writeFile(join(project, name), text);
  }
  server = await startServer(home, ['--project', project]);
  await waitFor(
    'the visits are registered',
    async () => (await micro('get', 'service', 'visits')).out.includes('Visits.Enter'),
    60_000,
  );
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a line of a console, with the addresses of this test's server. */
async function runLine(line: string): Promise<string> {
  const here = line.replaceAll('http://127.0.0.1:8080', server.gateway);
  if (here.startsWith('micro ')) {
    const words = [...here.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    const { code, out, err } = await micro(...words.slice(1));
    expect(code, `${here}: ${err}`).toBe(0);
    return out;
  }
  const child = spawn('sh', ['-c', here], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  await new Promise((resolve) => child.on('close', resolve));
  return out;
}

/** JSON without its spaces, and only what the document shows of an error. */
function comparable(text: string): unknown {
  try {
    const { fields: _, ...value } = JSON.parse(text) as { fields?: unknown };
    return value;
  } catch {
    return text.trim();
  }
}

describe('the document of the SDK', () => {
  it('shows commands that do what it says they do', async () => {
    const consoles = (await blocksOfDocument()).filter(({ language }) => language === 'console');
    const steps = consoles.flatMap(({ text }) => text.split(/^\$ /m).slice(1));
    expect(steps.length).toBeGreaterThan(5);
    for (const step of steps) {
      const [line = '', ...expected] = step.split('\n');
      expect(comparable(await runLine(line)), line).toEqual(comparable(expected.join('\n')));
    }
  });
});

it('endpoints stand in the registry with their schemas, and the form for calls knows what is required', async () => {
  const { out } = await micro('get', 'service', 'greeter');
  expect(out).toContain('Greeter.Hello');
  expect(out).toContain('HelloRequest { name string }');
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const response = await fetch(`${server.proxy}/desktop.Console/Endpoints`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"service":"greeter"}',
  });
  const { endpoints } = (await response.json()) as { endpoints: { name: string; description: string }[] };
  expect(endpoints.find(({ name }) => name === 'Greeter.Hello')).toMatchObject({
    description: 'Greets somebody by name.',
    parameters: [{ name: 'name', type: 'string', required: true }],
  });
});

it('calls of a call are in its trace, and the log lines too', async () => {
  const call = await micro('call', 'visits', 'Visits.Enter', '{"name":"Bob"}', '--json');
  expect(call.code, call.err).toBe(0);
  const { traceId } = call.json<{ traceId: string }>();
  await waitFor('both services are in the trace', async () => {
    const trace = await micro('trace', traceId, '--json');
    if (trace.code !== 0) return false;
    const names = trace.json<{ spans: { service: string }[] }>().spans.map(({ service }) => service);
    return names.includes('visits') && names.includes('greeter');
  });
});

it('an event reaches its subscriber in the trace of the call that published it', async () => {
  const call = await micro('call', 'visits', 'Visits.Enter', '{"name":"Eve"}', '--json');
  const { traceId } = call.json<{ traceId: string }>();
  const line = await waitFor('the doorbell rings', async () => {
    const { out } = await micro('logs', 'doorbell', '-n', '100');
    return out.split('\n').find((one) => one.includes('ding: Eve, visit 1'));
  });
  expect(JSON.parse(line)).toMatchObject({ level: 'info', traceId, attempt: 1 });
});

it.runIf(spawnSync('python3', ['--version']).status === 0)(
  'the Python of README keeps records and publishes by plain HTTP',
  async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const program = /^```python\n(.*?)^```$/ms.exec(readme)?.[1] ?? '';
    await writeFile(join(project, 'main.py'), program);
    const started = await micro('run', '--name', 'snake', '--', 'python3', 'main.py');
    expect(started.code, started.err).toBe(0);
    for (const count of [1, 2]) {
      const answer = await fetch(`${server.gateway}/snake/Kaa`);
      expect(await answer.json()).toEqual({ message: 'Hello Kaa', count });
    }
    await waitFor('the doorbell rings', async () =>
      (await micro('logs', 'doorbell')).out.includes('ding: Kaa, visit 2'),
    );
  },
);

it('stopping ends it in good order, and a restart has its endpoints again', async () => {
  expect((await micro('stop', 'greeter')).code).toBe(0);
  const { out } = await micro('logs', 'greeter');
  expect(out).toContain('SIGTERM: no new calls');
  expect(out).toContain('stopped by you');
  expect((await micro('start', 'greeter')).code).toBe(0);
  await waitFor('it is registered', async () =>
    (await micro('get', 'service', 'greeter')).out.includes('Greeter.Hello'),
  );
});

it('a plain program imports it by its file, without any package, and ends with 0 on SIGTERM', async () => {
  const alone = join(folder, 'alone');
  await mkdir(alone);
  const program = `const { createService, z } = await import(process.env.MICRO_SDK);
const empty = z.object({});
await createService({ name: 'alone' }).handle('Hi', { request: empty, response: empty }, () => ({})).run();`;
  await writeFile(join(alone, 'main.mjs'), program);
  const env = { PATH: process.env['PATH'], MICRO_SDK: pathToFileURL(join(root, 'dist/sdk/index.mjs')).href };
  const child = spawn(process.execPath, ['main.mjs'], { cwd: alone, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let out = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  const port = await waitFor('it listens', () => /listens on port (\d+)/.exec(out)?.[1]);
  const response = await fetch(`http://127.0.0.1:${port}/Alone/Hi`, { method: 'POST' });
  expect([response.status, await response.json()]).toEqual([200, {}]);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

it(
  'a compiler knows the types of what it imports',
  async () => {
    const typed = join(folder, 'typed');
    await mkdir(join(typed, 'node_modules'), { recursive: true });
    await symlink(root, join(typed, 'node_modules/micro-desktop'));
    for (const name of ['zod', '@bufbuild', '@connectrpc', '@types']) {
      await symlink(join(root, 'node_modules', name), join(typed, 'node_modules', name));
    }
    await writeFile(join(typed, 'package.json'), '{"type":"module"}');
    const program = (value: string): string => `import { createService, z } from 'micro-desktop/sdk';
const service = createService({ name: 'typed' });
const schemas = { request: z.object({ name: z.string() }), response: z.object({ length: z.number() }) };
service.handle('Measure', schemas, async ({ name }) => ({ length: ${value} }));
const record = await service.store.table('t', z.object({ n: z.number() })).read('k');
export const n: number | undefined = record?.value.n;`;
    await writeFile(join(typed, 'right.ts'), program('name.length'));
    await writeFile(join(typed, 'wrong.ts'), program('name'));
    const compile = async (file: string): Promise<string> => {
      const words = [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
      ];
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const child = spawn(process.execPath, [tsc, ...words, file], {
        cwd: typed,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.on('data', (data: Buffer) => {
        out += data.toString();
      });
      await once(child, 'close');
      return out;
    };
    expect(await compile('right.ts')).toBe('');
    expect(await compile('wrong.ts')).toContain("Type 'string' is not assignable to type 'number'");
  },
  COMPILE_TIMEOUT_MS,
);
