import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { startServer } from '../helpers/microServer.ts';
import { addRemote, type RemoteServer, startRemoteServer } from '../helpers/remoteServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { tlsFile } from '../helpers/tlsFixture.ts';

let home: string;
let remote: RemoteServer | undefined;

beforeEach(async () => {
  home = join(await tempFolder('environments'), 'micro');
});
afterEach(async () => {
  await remote?.stop();
  remote = undefined;
});

const micro = (words: string[], input?: string) =>
  microProcess(words, { home, ...(input === undefined ? {} : { input }) });

/** Asks the port that other machines reach. */
async function ask(
  server: RemoteServer,
  path: string,
  headers: Record<string, string> = {},
  body: unknown = {},
): Promise<{ status: number; body: string }> {
  const ca = await readFile(tlsFile('ca.pem'), 'utf8');
  return new Promise((resolve, reject) => {
    const sending = request(`${server.api}${path}`, {
      ca,
      agent: false,
      // Else it would be the Host header.
      servername: 'localhost',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    sending.end(JSON.stringify(body));
  });
}

describe('micro server --listen', () => {
  it.each([
    ['a certificate', []],
    ['an account', ['--tls-cert', tlsFile('server.pem'), '--tls-key', tlsFile('server.key')]],
    ['an account, also without TLS', ['--insecure-listen']],
  ])('is not reachable without %s', async (_, words) => {
    await expect(startServer(home, ['--listen', '127.0.0.1:0', ...words])).rejects.toThrow(/listen\.not-protected/);
  });

  it.each(['other.key', 'ended.pem'])('does not start with %s as its certificate', async (name) => {
    const words = ['--listen', '127.0.0.1:0', '--tls-cert', tlsFile(name), '--tls-key', tlsFile('server.key')];
    await expect(startServer(home, words)).rejects.toThrow(/listen\.certificate/);
  });

  it('lets in accounts alone, by names of its certificate, and no page', async () => {
    remote = await startRemoteServer();
    const { token } = JSON.parse(await readFile(join(remote.home, 'server.json'), 'utf8')) as { token: string };
    const info = '/desktop.Desktop/Info';
    expect(await ask(remote, info)).toMatchObject({ status: 401 });
    // What opens everything on its own machine opens nothing from another one.
    expect(await ask(remote, info, { authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
    expect(await ask(remote, '/orders/')).toMatchObject({ status: 401 });
    const login = await ask(remote, '/auth.Auth/Token', {}, { id: 'admin', secret: remote.secret });
    const { accessToken } = (JSON.parse(login.body) as { token: { accessToken: string } }).token;
    const authorization = `Bearer ${accessToken}`;
    expect(await ask(remote, info, { authorization })).toMatchObject({ status: 200 });
    expect((await ask(remote, info, { authorization, host: 'evil.test' })).body).toContain('api.forbidden-host');
    expect((await ask(remote, info, { authorization, host: 'micro.test:1' })).status).toBe(200);
    const origin = 'app://micro';
    expect((await ask(remote, info, { authorization, origin })).body).toContain('api.forbidden-origin');
  });

  it('slows down who tries tokens, while a right one still gets in', async () => {
    remote = await startRemoteServer();
    const tries = Array.from({ length: 25 }, async (_, n) =>
      ask(remote as RemoteServer, '/desktop.Desktop/Info', { authorization: `Bearer a.b.${n}` }),
    );
    const bodies = (await Promise.all(tries)).map(({ body }) => body);
    expect(bodies.filter((body) => body.includes('auth.too-many-guesses')).length).toBeGreaterThan(0);
    await addRemote(home, 'staging', remote);
    expect((await micro(['status', '--environment', 'staging'])).code).toBe(0);
  });
});

describe('micro env', () => {
  beforeEach(async () => {
    remote = await startRemoteServer();
    await addRemote(home, 'prod', remote);
  });

  it('lists where commands work, and sets which place they mean', async () => {
    const listed = (await micro(['env', '--json'])).json<{ environments: unknown[] }>();
    expect(listed.environments).toEqual([
      { name: 'local', current: true, kind: 'local', address: '', colour: '', namespace: 'micro', account: '' },
      {
        name: 'prod',
        current: false,
        kind: 'server',
        address: remote?.api,
        colour: 'red',
        namespace: 'micro',
        account: 'admin',
      },
    ]);
    expect((await micro(['version', '--json'])).json()).toMatchObject({ server: null });
    expect((await micro(['env', 'set', 'prod'])).code).toBe(0);
    expect((await micro(['version', '--json'])).json()).toMatchObject({ server: expect.any(String) as string });
    expect((await micro(['env', 'get'])).out).toBe('prod\n');
    expect((await micro(['status', '--environment', 'local'])).code).toBe(4);
    expect((await micro(['env', 'del', 'prod'])).code).toBe(0);
    const local = await micro(['env', 'del', 'local']);
    expect([local.code, local.err]).toEqual([2, expect.stringContaining('local is always there')]);
    expect((await micro(['env', 'get'])).out).toBe('local\n');
  });

  it('tests each step on the way', async () => {
    const tested = await micro(['env', 'test', 'prod', '--json']);
    const steps = tested.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: string; ok: boolean });
    expect(steps.map(({ step, ok }) => `${step} ${ok}`)).toEqual([
      'name true',
      'certificate true',
      'login true',
      'server true',
      'health true',
    ]);
  });

  it('asks for the name of the environment before anything there is deleted', async () => {
    expect((await micro(['config', 'set', 'db.pool', '5', '-e', 'prod'])).code).toBe(0);
    const refused = await micro(['config', 'del', 'db.pool', '-e', 'prod', '--json']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('environment.not-confirmed');
    expect((await micro(['config', 'del', 'db.pool', '-e', 'prod', '--yes', 'staging'])).code).toBe(2);
    expect((await micro(['config', 'get', 'db.pool', '-e', 'prod'])).out).toBe('5\n');
    expect((await micro(['config', 'del', 'db.pool', '-e', 'prod', '--yes', 'prod'])).code).toBe(0);
    expect((await micro(['config', 'get', 'db.pool', '-e', 'prod'])).code).toBe(4);
  });

  it('refuses what cannot be done there, with a code', async () => {
    for (const words of [
      ['debug', 'orders'],
      ['attach', 'orders', '--port', '1'],
      ['why', 'orders', 'x'],
      ['new', 'x'],
    ]) {
      const refused = await micro([...words, '--environment', 'prod', '--json']);
      expect(refused.err, words[0]).toContain('environment.unsupported');
      expect(refused.code).toBe(2);
    }
  });

  it('takes no certificate that nobody vouches for, unless it is named', async () => {
    const { api, secret } = remote as RemoteServer;
    const refused = await micro(['env', 'add', 'lab', api, '--json']);
    expect(refused.err).toContain('environment.certificate-unknown');
    const { fingerprint } = (await micro(['env', 'fingerprint', api, '--json'])).json<{ fingerprint: string }>();
    const words = ['env', 'add', 'lab', api, '--fingerprint', fingerprint, '--account', 'admin'];
    expect((await micro(words, `${secret}\n`)).code).toBe(0);
    expect((await micro(['status', '-e', 'lab'])).code).toBe(0);
  });

  it('says who is not let in', async () => {
    const { api } = remote as RemoteServer;
    const words = ['env', 'add', 'lab', api, '--ca', tlsFile('ca.pem'), '--account', 'admin', '--json'];
    expect((await micro(words, 'not the secret\n')).err).toContain('auth.wrong-secret');
    expect((await micro(['status', '-e', 'lab', '--json'])).err).toContain('environment.not-logged-in');
  });
});
