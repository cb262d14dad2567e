import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { microProcess, type MicroProcessResult } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';

let root: string;
let home: string;
let server: RunningServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'micro-new-'));
  home = join(root, 'home');
  server = await startServer(home);
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const microIn = (cwd: string, ...words: string[]): Promise<MicroProcessResult> => microProcess(words, { home, cwd });

/** Runs a command as `micro new` prints it. */
function follow(cwd: string, line: string): Promise<MicroProcessResult> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  expect(words[0]).toBe('micro');
  return microIn(cwd, ...words.slice(1));
}

it.each([
  ['node', 'hello-node', ['main.mjs', 'micro-sdk.mjs', 'micro.yaml', 'package.json']],
  ['python', 'hello-python', ['main.py', 'micro.yaml']],
])('a new service in %s runs, is called and ends, by the steps that are printed', async (language, name, files) => {
  const made = await microIn(root, 'new', name, '--lang', language, '--json');
  expect(made.code, made.err).toBe(0);
  const { next, ...rest } = made.json<{ next: string[] }>();
  expect(rest).toMatchObject({ name, language, folder: join(root, name), files, missing: null });
  expect((await readdir(join(root, name))).sort()).toEqual(files);
  const [run = '', call = ''] = next;
  const started = await follow(root, run);
  expect(started.code, started.err).toBe(0);
  const called = await follow(root, call);
  expect([called.code, called.err, called.json()]).toEqual([0, '', { message: 'Hello Ann' }]);
  expect((await microIn(root, 'stop', name)).code).toBe(0);
  const { out } = await microIn(root, 'logs', name);
  expect(out).toContain('"name":');
  expect(out).toContain('stopped by you');
  expect(out).not.toContain('SIGKILL');
});

it('in a project it is entered in micro.yaml, whose comments stay, and runs with the project', async () => {
  const project = await mkdtemp(join(root, 'project-'));
  const before = '# ours\nname: mine\nservices:\n  # once\n  hi: { kind: task, run: node -v }\n';
  await writeFile(join(project, 'micro.yaml'), before);
  const made = await microIn(project, 'new', 'stock', '--lang', 'python');
  expect(made.code, made.err).toBe(0);
  expect(made.out).toContain('made stock/: main.py\n');
  expect(made.out).toContain('  micro run\n');
  expect((await readFile(join(project, 'micro.yaml'), 'utf8')).startsWith(before)).toBe(true);
  const started = await microIn(project, 'run');
  expect(started.code, started.err).toBe(0);
  const status = await microIn(project, 'status', '--json');
  const services = status.json<{ services: { name: string; status: string }[] }>().services;
  expect(services.find(({ name }) => name === 'stock')?.status).toBe('running');
});

it('what is there is not overwritten, and what cannot be made leaves nothing behind', async () => {
  const folder = await mkdtemp(join(root, 'empty-'));
  expect((await microIn(folder, 'new', 'one', '--lang', 'python')).code).toBe(0);
  const text = await readFile(join(folder, 'one/main.py'), 'utf8');
  const again = await microIn(folder, 'new', 'one', '--json');
  expect([again.code, again.out + again.err]).toEqual([1, expect.stringContaining('new.folder-exists')]);
  expect(await readFile(join(folder, 'one/main.py'), 'utf8')).toBe(text);
  const badName = await microIn(folder, 'new', 'Two Words');
  expect([badName.code, badName.err]).toEqual([2, expect.stringContaining('small letters')]);
  for (const name of ['../up', '..', '/tmp/up', 'a/b', 'a\\b', 'aux']) {
    const refused = await microIn(folder, 'new', name);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(`"${name}" cannot be the name`)]);
  }
  const elsewhere = join(folder, '..', 'elsewhere');
  await symlink(elsewhere, join(folder, 'link'));
  expect((await microIn(folder, 'new', 'link', '--json')).code).toBe(1);
  await expect(readdir(elsewhere)).rejects.toThrow('ENOENT');
  await rm(join(folder, 'link'));
  const badLanguage = await microIn(folder, 'new', 'two', '--lang', 'cobol');
  expect([badLanguage.code, badLanguage.err]).toEqual([2, expect.stringContaining('node, python')]);
  await writeFile(join(folder, 'micro.yaml'), 'services: [\n');
  const broken = await microIn(folder, 'new', 'two');
  expect([broken.code, broken.err]).toEqual([1, expect.stringContaining('micro.yaml')]);
  expect((await readdir(folder)).sort()).toEqual(['micro.yaml', 'one']);
});
