import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const SECRET = 'S3CR3T-zz';
/** Answers with the length of its secret, which proves that it has it, and writes it nowhere. */
const SERVICE = `require('node:http').createServer((_, answer) => answer.end(String(process.env.API_KEY.length)))
  .listen(Number(process.env.PORT), '127.0.0.1');`;

let home: string;
let project: string;
let server: RunningServer;

beforeEach(async () => {
  home = join(await tempFolder('secrets'), 'micro');
  project = await tempFolder('project');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (words: string[], input?: string) =>
  microProcess(words, { home, cwd: project, ...(input === undefined ? {} : { input }) });

/** Files of a folder, at any depth, that hold the secret. */
async function filesWithSecret(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1').catch(() => '')));
  return paths.filter((_, index) => texts[index]?.includes(SECRET));
}

it('ST-06 a secret that a service is given is in no file, command line, report or listing, and where its key is, is said', async () => {
  await writeFile(join(project, 'server.cjs'), SERVICE);
  await writeFile(
    join(project, 'micro.yaml'),
    `name: shop
env:
  POOL: \${config:db.pool}
services:
  shop:
    run: node server.cjs
    env:
      API_KEY: \${secret:api.key}
`,
  );
  expect((await micro(['doctor', '--json'])).json<{ checks: unknown[] }>().checks).toContainEqual(
    expect.objectContaining({ name: 'secrets', status: 'ok', text: expect.stringContaining('none is stored yet') }),
  );
  expect((await micro(['config', 'set', 'api.key', '--secret'], `${SECRET}\n`)).code).toBe(0);
  await micro(['config', 'set', 'db.pool', '5']);
  expect((await micro(['run', project])).code).toBe(0);
  await waitFor('the service to answer', async () => {
    const answer = await fetch(`${server.proxy}/shop/`).catch(() => undefined);
    return answer?.status === 200 && (await answer.text()) === String(SECRET.length);
  });

  expect((await micro(['config', 'usage', 'api', '--json'])).json()).toEqual({
    path: 'api',
    uses: [{ service: 'shop', project: 'shop', path: 'api.key', secret: true, variable: 'API_KEY' }],
  });
  expect((await micro(['config', 'usage'])).out).toMatch(
    /^PATH +SERVICE +VARIABLE +NAMED AS\napi\.key +shop +API_KEY +\$\{secret:api\.key\}\ndb\.pool +shop +POOL +\$\{config:db\.pool\}\n$/,
  );
  expect((await micro(['config', 'usage', 'nothing'])).out).toBe('no service uses nothing\n');

  const listings = [
    ['env-of', 'shop'],
    ['env-of', 'shop', '--json'],
    ['config', 'get'],
    ['status', '--json'],
    ['logs'],
  ];
  for (const words of listings) expect((await micro(words)).out, words.join(' ')).not.toContain(SECRET);
  expect((await micro(['env-of', 'shop', '--reveal'])).out).toContain(SECRET);

  const { stdout: commandLines } = await promisify(execFile)('ps', ['-eo', 'args'], { maxBuffer: 64 * 1024 * 1024 });
  expect(commandLines).toContain('server.cjs');
  expect(commandLines).not.toContain(SECRET);

  const report = join(project, 'report.tar.gz');
  expect((await micro(['doctor', '--bundle', report])).code).toBe(0);
  await mkdir(join(project, 'report'));
  await promisify(execFile)('tar', ['-xzf', report, '-C', join(project, 'report')]);
  expect(await filesWithSecret(project)).toEqual([]);
  expect(await filesWithSecret(home)).toEqual([]);
  // The search itself works.
  await writeFile(join(home, 'proof'), `x${SECRET}`);
  expect(await filesWithSecret(home)).toEqual([join(home, 'proof')]);

  const checks = (await micro(['doctor', '--json'])).json<{ checks: { name: string; text: string }[] }>().checks;
  expect(checks.find(({ name }) => name === 'secrets')?.text).toBe(
    `encrypted; their key is the file ${join(home, 'secret.key')}, not in the keychain of this system; only you can read it`,
  );
});
