import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type LaunchedApp, launchApp, processesOfHome, type ServerAddress } from '../helpers/electronApp.ts';
import { type Keyring, startKeyring } from '../helpers/keyring.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** The driver tells the app to use a fixed password in place of the keyring. */
const KEYRING = ['-r', fileURLToPath(new URL('../fixtures/realKeyring.cjs', import.meta.url))];

let launched: LaunchedApp | undefined;
let server: RunningServer | undefined;
let keyring: Keyring | string | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  await server?.stop();
  if (typeof keyring === 'object') await keyring.stop();
  launched = server = keyring = undefined;
});

const place = (of: Pick<ServerAddress, 'proxy' | 'token'>): Promise<unknown> =>
  call(of, 'desktop.SecretKey/ReadKey', {});
const showSettings = async ({ page }: LaunchedApp): Promise<void> => {
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Settings').click();
  await page.getByText('Key of secrets').scrollIntoViewIfNeeded();
};

test('without a keychain the key of secrets is a file, and the settings say so and offer nothing else', async () => {
  // What Electron has on a desktop that it does not know: a fixed password, which hides nothing.
  launched = await launchApp({
    env: { XDG_CURRENT_DESKTOP: '', DBUS_SESSION_BUS_ADDRESS: '' },
    switches: ['--password-store=basic'],
  });
  if (process.platform !== 'linux') return;
  await showSettings(launched);
  await launched.page.getByText(/not in the keychain of the system, of which the app knows none/).waitFor();
  expect(await launched.page.getByRole('button', { name: 'Keep in the keychain' }).count()).toBe(0);
});

test('the key of secrets goes into the keyring of the desktop, comes out for the next server, and goes back', async () => {
  keyring = await startKeyring();
  if (typeof keyring === 'string') {
    process.stderr.write(`the real keyring is not tested: ${keyring}\n`);
    return;
  }
  const home = join(await tempFolder('keychain'), 'micro');
  server = await startServer(home);
  const micro = (words: string[], input?: string) =>
    microProcess(words, { home, cwd: home, ...(input === undefined ? {} : { input }) });
  expect((await micro(['config', 'set', 'api.key', '--secret'], 'S3CR3T\n')).code).toBe(0);
  const key = await readFile(join(home, 'secret.key'), 'utf8');
  await server.stop();
  server = undefined;

  launched = await launchApp({ home, env: keyring.env, switches: KEYRING });
  await showSettings(launched);
  await launched.page.getByRole('button', { name: 'Keep in the keychain' }).click();
  await launched.page.getByText('In the keychain', { exact: true }).waitFor();
  expect(existsSync(join(home, 'secret.key'))).toBe(false);
  await launched.quit();
  await waitFor('the server of the app to end', async () => (await processesOfHome(home)).length === 0);

  // A server of the command line: locked until the app is there, which finds it and opens the key for it.
  server = await startServer(home);
  expect((await micro(['config', 'get', 'api.key', '--secret'])).err).toContain('Open Micro Desktop');
  launched = await launchApp({ home, env: keyring.env, switches: KEYRING });
  const found = await launched.server();
  expect(found.pid).toBe(server.pid);
  await waitFor('the key', async () => ((await place(found)) as { open?: boolean }).open === true);
  expect((await micro(['config', 'get', 'api.key', '--secret'])).out).toBe('S3CR3T\n');

  await showSettings(launched);
  await launched.page.getByRole('button', { name: 'Keep as a file' }).click();
  await launched.page.getByRole('button', { name: 'Keep in the keychain' }).waitFor();
  expect(await readFile(join(home, 'secret.key'), 'utf8')).toBe(key);
});
