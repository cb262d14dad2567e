import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const echoService = resolve('test/fixtures/echoService.mjs');
let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = join(await tempFolder('auth'), 'micro');
  const project = await tempFolder('project');
  await writeFile(
    join(project, 'micro.yaml'),
    `name: shop\nservices:\n  orders:\n    path: .\n    run: node ${echoService}\n    watch: false\n`,
  );
  server = await startServer(home, ['--auth', '--project', project]);
  await waitFor('the service', async () => (await fetch(`${server.gateway}/orders/`)).ok, 60_000);
});

afterEach(() => server.stop());

const micro = (words: string[], input?: string) =>
  microProcess(['auth', ...words], { home, ...(input === undefined ? {} : { input }) });

async function accountOf(id: string, scopes: string): Promise<string> {
  const made = await micro(['create', 'account', id, '--scopes', scopes, '--json']);
  expect(made.code).toBe(0);
  return made.json<{ secret: string }>().secret;
}

async function tokenOf(id: string, secret: string): Promise<string> {
  const token = await micro(['token', id], `${secret}\n`);
  expect(token.err).toBe('');
  return token.out.trim();
}

async function statusOf(url: string, token?: string): Promise<number> {
  const response = await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
  return response.status;
}

it('a service that rules close answers 401 without a token, 403 with the wrong scope, 200 with the right one', async () => {
  const close = [
    'create',
    'rule',
    'closed',
    '--resource',
    'service:orders:/admin/*',
    '--access',
    'denied',
    '--priority',
    '10',
  ];
  expect(await micro(close)).toMatchObject({ code: 0, out: 'created\n' });
  const open = ['create', 'rule', 'ops', '--scope', 'ops', '--resource', 'service:orders:/admin/*', '--priority', '20'];
  expect((await micro(open)).code).toBe(0);
  const wrong = await tokenOf('ann', await accountOf('ann', 'reports'));
  const right = await tokenOf('bob', await accountOf('bob', 'ops'));
  for (const base of [server.gateway, server.proxy]) {
    expect(await statusOf(`${base}/orders/basket`)).toBe(200);
    expect(await statusOf(`${base}/orders/admin/users`)).toBe(401);
    expect(await statusOf(`${base}/orders/x/%2e%2e/admin/users`, 'not-ours')).toBe(401);
    expect(await statusOf(`${base}/orders/admin/users`, wrong)).toBe(403);
    expect(await statusOf(`${base}/orders/admin/users`, right)).toBe(200);
  }
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  expect(await statusOf(`${server.proxy}/orders/admin/users`, token)).toBe(200);

  const audit = (await micro(['audit', '--json'])).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(audit).toContainEqual(
    expect.objectContaining({ code: 'auth.forbidden', account: 'ann', resource: 'service:orders:/admin/users' }),
  );
  expect(audit).toContainEqual(expect.objectContaining({ code: 'api.unauthenticated', account: '' }));
  expect((await micro(['list', 'rules'])).out).toMatch(
    /^ID .*\nops +ops +granted +service:orders:\/admin\/\* +20\nclosed +<public> +denied/,
  );
  expect((await micro(['delete', 'rule', 'closed'])).out).toBe('deleted\n');
  expect(await statusOf(`${server.gateway}/orders/admin/users`)).toBe(200);
  expect((await micro(['list', 'accounts'])).out).toMatch(/^orders +service +orders +service/m);
});

it('whoever logs in acts as the account, until the log-out', async () => {
  const secret = await accountOf('ann', 'reports');
  expect((await micro(['login', 'ann'], 'wrong secret\n')).code).toBe(2);
  expect(await micro(['login', 'ann'], `${secret}\n`)).toMatchObject({ code: 0, err: '' });
  if (process.platform !== 'win32') expect((await stat(join(home, 'login.json'))).mode & 0o777).toBe(0o600);
  expect((await micro(['status', '--json'])).json()).toMatchObject({
    enabled: true,
    account: 'ann',
    scopes: ['reports'],
  });
  const refused = await microProcess(['status', '--json'], { home });
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('auth.forbidden');
  expect((await microProcess(['store', 'write', 'a', 'b'], { home })).code).toBe(2);
  expect(await micro(['logout'])).toMatchObject({ code: 0, out: 'logged out\n' });
  expect((await microProcess(['status'], { home })).code).toBe(0);
  const log = await readFile(join(home, 'audit.jsonl'), 'utf8');
  expect(log).toContain('auth.wrong-secret');
  expect(log).not.toContain(secret);
});

it('a token of an account opens what a rule grants, in its own namespace only, and ends with the account', async () => {
  const grant = ['create', 'rule', 'readers', '--scope', 'readers', '--resource', 'core:store:*'];
  expect((await micro(grant)).code).toBe(0);
  expect((await micro([...grant, '-n', 'acme'])).code).toBe(0);
  const made = await micro(['create', 'account', 'eve', '--scopes', 'readers', '-n', 'acme', '--json']);
  const ann = { ...server, token: await tokenOf('ann', await accountOf('ann', 'readers')) };
  const token = await micro(['token', 'eve', '-n', 'acme'], made.json<{ secret: string }>().secret);
  const eve = { ...server, token: token.out.trim() };
  const record = { record: { key: 'a', value: 'aGk=' } };
  await call(ann, 'store.Store/Write', record);
  await call(eve, 'store.Store/Write', record);
  await expect(call(eve, 'store.Store/Read', { key: 'a', options: { database: 'micro' } })).rejects.toThrow('403');
  await expect(call(ann, 'store.Store/Read', { key: 'x', options: { table: 'auth' } })).rejects.toThrow('403');
  await expect(call(ann, 'desktop.Desktop/Status', {})).rejects.toThrow('403');
  expect((await microProcess(['store', 'databases'], { home })).out).toBe('acme\nmicro\n');
  expect(await call(ann, 'auth.Auth/Inspect', { token: ann.token })).toMatchObject({
    account: { id: 'ann', issuer: 'micro' },
  });
  await micro(['delete', 'account', 'ann']);
  await expect(call(ann, 'store.Store/Read', { key: 'a' })).rejects.toThrow('401');
});

it('it is switched off and on, in settings.json, unless the server was started with it', async () => {
  expect((await micro(['disable'])).err).toContain('--auth');
  await server.stop();
  server = await startServer(home);
  expect((await micro(['status', '--json'])).json()).toMatchObject({ enabled: false, account: 'local' });
  expect((await micro(['enable', '--json'])).json()).toEqual({ enabled: true });
  expect(JSON.parse(await readFile(join(home, 'settings.json'), 'utf8'))).toMatchObject({ auth: { enabled: true } });
});
