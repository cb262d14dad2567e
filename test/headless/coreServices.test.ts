import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { waitFor } from '../helpers/waitFor.ts';

const run = promisify(execFile);

let user: string;
let home: string;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  user = await mkdtemp(join(tmpdir(), 'micro-core-'));
  home = join(user, '.micro');
  await mkdir(home);
  server = await startServer(home);
  ({ token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string });
});

// One server for all: what one test does is no matter to the others.
afterAll(async () => {
  await server.stop();
  await rm(user, { recursive: true, force: true, maxRetries: 5 });
});

const micro = (...words: string[]) => microProcess(words, { home });

const ask = async (
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
) => {
  const answer = await fetch(server.gateway + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text) as Record<string, unknown> };
};

/** The lines of the README that ask the core services, as a reader would paste them, with the ports of this server. */
async function readmeLines(): Promise<string[]> {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  return (
    [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
      .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
      // The one with -N goes on for ever.
      .filter((line) => /^(?:TOKEN=|AUTH=|curl (?!-sN).*(?:\$TOKEN|\$AUTH))/.test(line))
      .map((line) =>
        line
          .replaceAll('http://127.0.0.1:8080', server.gateway)
          .replaceAll('http://127.0.0.1:8081', server.proxy)
          // Without the record the first of them would be refused; the line above it writes it by `micro store`.
          .replace(/^curl -s /, 'curl -sf '),
      )
  );
}

it('the curl lines of the README work as they stand, one for each core service at least', async () => {
  expect((await micro('store', 'write', 'greeting', 'hello')).code).toBe(0);
  const lines = await readmeLines();
  // The file that a reader would have.
  await writeFile(join(user, 'film.mp4'), 'a film');
  const { stdout } = await run('bash', ['-euc', lines.map((line) => `${line}\necho`).join('\n')], {
    env: { PATH: process.env.PATH, HOME: user },
    cwd: user,
  });
  const answers = stdout.split('\n');
  expect(answers).toContain('{"value":{"data":"5","format":"json"}}');
  expect(stdout).toContain('"key":"greeting", "value":"aGVsbG8="'.replace(', ', ','));
  const { core } = (await micro('services', '--core', '--json')).json<{ core: string[] }>();
  expect(core).toEqual(expect.arrayContaining(['config', 'debug', 'records', 'registry', 'runtime', 'store']));
  for (const name of core) expect(lines.some((line) => line.includes(`${server.gateway}/${name}/`))).toBe(true);
});

it('without the token the answer is 401 in the shape of micro, also with a cookie of a page', async () => {
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'micro_session_8081=x' }] as Record<
    string,
    string
  >[]) {
    const answer = await ask('/store/list', {}, headers);
    expect([answer.status, answer.json()]).toEqual([
      401,
      { id: 'store', code: 401, detail: 'the token is missing or wrong', status: 'Unauthorized' },
    ]);
  }
});

it('errors of core services have their status, and there is no way round to ourselves', async () => {
  expect((await ask('/store/read', { key: 'none' })).json()).toMatchObject({
    id: 'store',
    code: 404,
    status: 'Not Found',
  });
  expect((await ask('/store/read', { nonsense: 1 })).status).toBe(400);
  expect((await ask('/store/nothing')).json()).toMatchObject({
    code: 501,
    detail: expect.stringContaining('no such endpoint') as string,
  });
  for (const path of ['/store/a/b/c/d', '/store.Store/Nothing']) expect((await ask(path)).status).toBe(404);
  const direct = await fetch(`${server.proxy}/store/store/read`, { headers: { authorization: `Bearer ${token}` } });
  expect(direct.status).toBe(404);
});

it('a stream of a core service passes over a WebSocket', async () => {
  expect((await micro('store', 'write', 'seen', 'x')).code).toBe(0);
  const socket = new WebSocket(`${server.gateway.replace('http', 'ws')}/store/list`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: string[] = [];
  let code = 0;
  socket.on('message', (data) => heard.push(String(data)));
  socket.on('close', (closed) => (code = closed));
  socket.on('open', () => socket.send('{"options":{"prefix":"seen"}}'));
  await waitFor('it is closed', () => code > 0);
  expect([code, heard]).toEqual([1000, ['{"keys":["seen"]}']]);
});

it('they are called by name on the command line, with help from their schema', async () => {
  await micro('store', 'write', 'greeting', 'hello');
  expect((await micro('call', 'store', 'Store.List', '{}')).json<{ keys: string[] }>().keys).toContain('greeting');
  expect((await micro('call', 'store', 'Store.Read', '{"key":"greeting"}')).out).toContain('aGVsbG8=');
  const help = await micro('registry', '--help');
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('Registry.ListServices')]);
  expect((await micro('registry', 'get-service', '--help')).out).toMatch(/--service +string/);
  const found = await micro('registry', 'get-service', '--service=store');
  expect([found.code, found.out]).toEqual([0, expect.stringContaining('"kind": "core"')]);
  expect((await micro('store', 'list')).out).toContain('greeting');
});

it('a service of the user with the name of a core service comes first on the gateway', async () => {
  const project = join(user, 'project');
  await mkdir(project);
  await writeFile(
    join(project, 'main.mjs'),
    `import http from 'node:http';
http.createServer((request, response) => response.end('mine ' + request.url)).listen(process.env.PORT, '127.0.0.1');`,
  );
  await writeFile(join(project, 'micro.yaml'), 'name: own\nservices:\n  store:\n    run: node main.mjs\n');
  expect((await micro('run', project)).code).toBe(0);
  await waitFor('it answers', async () => (await ask('/store/read', { key: 'x' })).text === 'mine /read');
  await micro('stop', 'store');
  expect((await ask('/store/read', { key: 'x' })).json()).toMatchObject({ code: 503, error: 'gateway.not-ready' });
  const core = await fetch(`${server.proxy}/store.Store/Databases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(core.status).toBe(200);
});
