import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeyHandOver } from '../../electron/desktop/keyHandOver.ts';
import type { ServerFile } from '../../electron/server/serverFile.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { projectOfTokenWriter, tokenOfService } from '../helpers/serviceToken.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const SERVICE = `require('node:http').createServer((_, answer) => answer.end(process.env.API_KEY))
  .listen(Number(process.env.PORT), '127.0.0.1');`;

let home: string;
let project: string;
let server: RunningServer;

beforeEach(async () => {
  home = join(await tempFolder('key'), 'micro');
  project = await tempFolder('project');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (words: string[], input?: string) =>
  microProcess(words, { home, cwd: project, ...(input === undefined ? {} : { input }) });
const serverFile = async (): Promise<ServerFile> =>
  JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as ServerFile;

/** As the app does it, with a keychain that turns texts around. */
async function app(): Promise<KeyHandOver> {
  const found = await serverFile();
  return new KeyHandOver({
    keychain: {
      name: 'KWallet',
      close: (text) => [...text].reverse().join(''),
      open: (closed) => [...closed].reverse().join(''),
    },
    server: () => found,
    log: { info: () => {}, warn: (text) => expect.unreachable(text) },
  });
}

/** Texts of all logs of the server. */
async function logs(): Promise<string> {
  const files = await readdir(join(home, 'logs'), { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

it('a key in the keychain: a server without the app says so, and goes on once the app hands it over', async () => {
  await writeFile(join(project, 'server.cjs'), SERVICE);
  const env = 'API_KEY: ${secret:api.key}';
  await writeFile(
    join(project, 'micro.yaml'),
    `name: shop\nservices:\n  shop:\n    run: node server.cjs\n    env:\n      ${env}\n`,
  );
  expect((await micro(['config', 'set', 'api.key', '--secret'], 'S3CR3T\n')).code).toBe(0);
  expect((await micro(['run', project])).code).toBe(0);
  const key = (await readFile(join(home, 'secret.key'), 'utf8')).trim();
  await (await app()).move('keychain');
  expect(existsSync(join(home, 'secret.key'))).toBe(false);
  expect((await micro(['config', 'get', 'api.key', '--secret'])).out).toBe('S3CR3T\n');
  await server.stop();

  server = await startServer(home);
  const locked = await micro(['config', 'get', 'api.key', '--secret']);
  expect(locked.code).not.toBe(0);
  expect(locked.err).toMatch(/the key of secrets is in KWallet.*\n.*Open Micro Desktop/s);
  expect((await micro(['config', 'get', 'api.key'])).out).toBe('[secret]\n');
  await waitFor('the service to say what it lacks', async () =>
    /the key of secrets is in KWallet/.test((await micro(['status'])).out),
  );
  const secrets = async () =>
    (await micro(['doctor', '--json']))
      .json<{ checks: { name: string; status: string }[] }>()
      .checks.find(({ name }) => name === 'secrets');
  expect(await secrets()).toMatchObject({ status: 'warn' });

  await (await app()).welcome(await serverFile());
  expect(await secrets()).toMatchObject({ status: 'ok' });
  await waitFor('the service to answer', async () => {
    const answer = await fetch(`${server.proxy}/shop/`).catch(() => undefined);
    return answer?.status === 200 && (await answer.text()) === 'S3CR3T';
  });
  expect(await logs()).not.toContain(key);

  await (await app()).move('file');
  expect((await readFile(join(home, 'secret.key'), 'utf8')).trim()).toBe(key);
  expect(await secrets()).toMatchObject({ status: 'ok' });
});

it('the key of secrets is told to the user of the machine, to no service and no account', async () => {
  const folder = await tempFolder('tokens');
  await projectOfTokenWriter(folder, 'writer');
  expect((await micro(['run', folder])).code).toBe(0);
  const token = await tokenOfService(folder);
  for (const method of ['TakeKey', 'HandOverKey', 'MoveKey'])
    await expect(call({ proxy: server.proxy, token }, `desktop.SecretKey/${method}`, {})).rejects.toThrow('403');
  const made = await micro(['auth', 'create', 'account', 'ann', '--scopes', 'admin', '--json']);
  const { out } = await micro(['auth', 'token', 'ann'], made.json<{ secret: string }>().secret);
  await expect(call({ proxy: server.proxy, token: out.trim() }, 'desktop.SecretKey/TakeKey', {})).rejects.toThrow(
    '403',
  );
});
