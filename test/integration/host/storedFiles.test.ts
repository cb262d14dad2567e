import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeEach, describe, expect, it } from 'vitest';
import { readText, renameWithRetry, runtimeFiles, writeFileAtomic } from '../../../electron/server/host/files.ts';
import { JsonFile } from '../../../electron/server/host/jsonFile.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

interface Settings {
  n: number;
  text: string;
}
const parse = (value: unknown): Settings => {
  const { n, text } = value as Partial<Settings>;
  if (typeof n !== 'number' || typeof text !== 'string') throw new Error('n and text are required');
  return { n, text };
};

/** Kills; MICRO_STORE_KILLS makes them more. */
const KILLS = Number(process.env['MICRO_STORE_KILLS'] ?? 60);

let folder: string;
let path: string;
const file = (): JsonFile<Settings> => new JsonFile({ path, parse });
const names = async (): Promise<string[]> => (await readdir(folder)).sort();

beforeEach(async () => {
  folder = await tempFolder('files');
  path = join(folder, 'settings.json');
});

describe('an atomic write', () => {
  it('ST-06 leaves the file readable by its owner only, whatever umask, old file or leftover say', async () => {
    const umask = process.umask(0o022);
    try {
      await writeFile(path, 'old', { mode: 0o644 });
      await writeFile(`${path}.tmp`, 'left over', { mode: 0o644 });
      await writeFileAtomic(path, 'secret');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await chmod(path, 0o644);
      await writeFileAtomic(path, 'secret', { durable: false });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await writeFileAtomic(join(folder, 'new/deep/file'), 'x');
      expect((await stat(join(folder, 'new'))).mode & 0o777).toBe(0o700);
    } finally {
      process.umask(umask);
    }
    expect(await readText(path)).toBe('secret');
  });

  it('that cannot be done leaves the old content and no other file', async () => {
    await mkdir(join(folder, 'settings.json'));
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'storage.failed' });
    expect(await names()).toEqual(['settings.json']);
  });

  it('replaces a link by a file and never writes through it', async () => {
    await writeFile(join(folder, 'target'), 'theirs');
    await symlink(join(folder, 'target'), path);
    await writeFileAtomic(path, 'ours');
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('theirs');
  });

  it('asks again when Windows says the file is busy', async () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor;
    Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
    try {
      let tries = 0;
      await renameWithRetry('a', 'b', async () => {
        if (++tries < 4) throw Object.assign(new Error('busy'), { code: tries % 2 ? 'EPERM' : 'EBUSY' });
      });
      expect(tries).toBe(4);
      const gone = Object.assign(new Error('gone'), { code: 'ENOENT' });
      await expect(renameWithRetry('a', 'b', () => Promise.reject(gone))).rejects.toBe(gone);
    } finally {
      Object.defineProperty(process, 'platform', platform);
    }
  });

  it('the small files of the runtime are listed, read and removed, there or not', async () => {
    const journal = join(folder, 'instances');
    expect(await runtimeFiles.list(journal)).toEqual([]);
    expect(await runtimeFiles.readText(join(journal, 'a'))).toBeUndefined();
    await runtimeFiles.remove(join(journal, 'a'));
    await runtimeFiles.writeText(join(journal, 'a'), 'x');
    expect(await runtimeFiles.list(journal)).toEqual(['a']);
    expect(await runtimeFiles.readText(join(journal, 'a'))).toBe('x');
    await runtimeFiles.remove(join(journal, 'a'));
    expect(await runtimeFiles.list(journal)).toEqual([]);
  });
});

describe('a stored value', () => {
  it('is read back; before the first write there is none', async () => {
    expect(await file().read()).toEqual({ status: 'missing' });
    const settings = file();
    await settings.write({ n: 1, text: 'ü' });
    expect(await file().read()).toEqual({ status: 'ok', value: { n: 1, text: 'ü' } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('written many times at once ends as the newest', async () => {
    const settings = file();
    await Promise.all(Array.from({ length: 100 }, (_, n) => settings.write({ n, text: '' })));
    expect(await file().read()).toMatchObject({ value: { n: 99 } });
  });

  const damages: [string, () => Promise<void>, RegExp][] = [
    ['is empty', () => writeFile(path, ''), /empty/],
    ['is cut in half', async () => truncate(path, Math.floor((await stat(path)).size / 2)), /not JSON/],
    ['is full of NUL bytes', () => writeFile(path, Buffer.alloc(40)), /NUL/],
    ['has the wrong shape', () => writeFile(path, '{"n":"one"}'), /wrong shape: n and text/],
    ['is JSON of another kind', () => writeFile(path, 'null'), /wrong shape/],
  ];
  for (const [what, damage, problem] of damages) {
    it(`ST-03 that ${what} is set aside and the last good copy comes back`, async () => {
      const settings = file();
      await settings.write({ n: 1, text: 'one' });
      await settings.write({ n: 2, text: 'two' });
      await damage();
      const bad = await readFile(path);
      const result = await file().read();
      expect(result).toMatchObject({ status: 'restored', value: { n: 1 }, problem: expect.stringMatching(problem) });
      const keptAs = result.status === 'restored' ? result.keptAs : '';
      expect(await readFile(keptAs)).toEqual(bad);
      expect(await file().read()).toMatchObject({ status: 'ok', value: { n: 1 } });
      await damage().catch(() => {});
      await writeFile(path, '');
      expect(await file().read()).toMatchObject({ keptAs: `${path}.bad-2` });
    });
  }

  it('ST-03 that is a folder is set aside, and without a good copy one begins anew', async () => {
    await mkdir(path);
    await writeFile(join(path, 'inside'), 'x');
    expect(await file().read()).toEqual({ status: 'lost', problem: 'it is a folder', keptAs: `${path}.bad-1` });
    expect(await readFile(join(`${path}.bad-1`, 'inside'), 'utf8')).toBe('x');
    const settings = file();
    await settings.write({ n: 3, text: '' });
    expect(await file().read()).toMatchObject({ status: 'ok', value: { n: 3 } });
  });

  it('ST-03 with leftovers of a crashed writer is read as it is, and they are removed', async () => {
    await file().write({ n: 1, text: '' });
    await writeFile(join(folder, '.settings.json.0123456789ab.tmp'), '{"n":');
    expect(await file().read()).toMatchObject({ status: 'ok', value: { n: 1 } });
    expect(await names()).toEqual(['settings.json', 'settings.json.bak']);
  });

  it('ST-03 damaged together with its copy is lost, and both facts are told', async () => {
    await file().write({ n: 1, text: '' });
    await writeFile(path, '');
    await writeFile(`${path}.bak`, '{');
    expect(await file().read()).toMatchObject({ status: 'lost', problem: 'it is empty' });
  });

  it('ST-03 survives kill -9 at any moment of writing: old or new, never less', { timeout: 300_000 }, async () => {
    const script = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `import { JsonFile } from './electron/server/host/jsonFile.ts';
          const file = new JsonFile({ path: process.argv[2], parse: (v) => v });
          const read = await file.read();
          let n = read.status === 'ok' ? read.value.n : 0;
          for (;;) { await file.write({ n: ++n, text: 'x'.repeat(20000) }); process.stdout.write(n + '\\n'); }`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    let last = 0;
    for (let round = 0; round < KILLS; round++) {
      const writer = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      writer.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        // From the first acknowledged write on, the end comes at a random moment.
        if (output.length === data.length) setTimeout(() => writer.kill('SIGKILL'), Math.random() * 25);
      });
      await new Promise((resolve) => writer.once('close', resolve));
      const acknowledged = Number(output.trim().split('\n').at(-1));
      const result = await file().read();
      expect(result.status).toBe('ok');
      const n = result.status === 'ok' ? result.value.n : -1;
      expect(n).toBeGreaterThanOrEqual(acknowledged);
      expect(n).toBeLessThanOrEqual(acknowledged + 2);
      expect(n).toBeGreaterThan(last);
      last = n;
    }
  });
});
