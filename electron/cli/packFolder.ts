import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import ignore, { type Ignore } from 'ignore';
import { pack, type Pack } from 'tar-stream';
import { usageError } from './usageError.ts';

/** What no server needs: history, and what a build over there makes for its own system. */
const NEVER = ['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv', '.DS_Store'];
/** What a server takes, see its `uploads`; told here before anything is sent. */
const MAX_FILES = 50_000;

/** A file or link of a folder that is sent, with its path in the folder; slashes on every system. */
interface Entry {
  path: string;
  /** Target, of a link. */
  link?: string;
  bytes: number;
  mode: number;
}

/**
 * A folder as a tar.gz, streamed. What `.gitignore` names is left out, in each folder as Git reads it, unless there is a
 * `.microignore`, which then decides alone. Links that lead out of the folder are left out; they are told of.
 */
export async function packFolder(
  folder: string,
  handleSkipped: (path: string, why: string) => void,
): Promise<{ content: AsyncIterable<Uint8Array>; files: number; bytes: number }> {
  const entries = await listEntries(folder, handleSkipped);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const archive = pack();
  const zipped = createGzip();
  const packing = pipeline(archive, zipped);
  fill(archive, folder, entries).catch((error: unknown) => archive.destroy(error as Error));
  packing.catch((error: unknown) => zipped.destroy(error as Error));
  return { content: Readable.from(zipped), files: entries.length, bytes };
}

async function fill(archive: Pack, folder: string, entries: readonly Entry[]): Promise<void> {
  for (const { path, link, bytes, mode } of entries) {
    if (link !== undefined) {
      archive.entry({ name: path, type: 'symlink', linkname: link });
      continue;
    }
    const entry = archive.entry({ name: path, size: bytes, mode });
    // A file that grows meanwhile is sent as long as it was.
    if (bytes > 0) await pipeline(createReadStream(join(folder, path), { end: bytes - 1 }), entry);
    else entry.end(Buffer.alloc(0));
  }
  archive.finalize();
}

async function listEntries(root: string, handleSkipped: (path: string, why: string) => void): Promise<Entry[]> {
  const own = await rulesOf(join(root, '.microignore'));
  const found: Entry[] = [];
  const walk = async (path: string, rules: { below: string; rules: Ignore }[]): Promise<void> => {
    const here = own ? undefined : await rulesOf(join(root, path, '.gitignore'));
    const all = here ? [...rules, { below: path, rules: here }] : rules;
    for (const { name } of (await readdir(join(root, path), { withFileTypes: true })).sort(byName)) {
      if (NEVER.includes(name)) continue;
      const child = path === '' ? name : `${path}/${name}`;
      const info = await lstat(join(root, child));
      const asked = info.isDirectory() ? `${child}/` : child;
      if (all.some((one) => one.rules.ignores(one.below === '' ? asked : asked.slice(one.below.length + 1)))) continue;
      if (info.isDirectory()) await walk(child, all);
      else if (info.isFile()) found.push({ path: child, bytes: info.size, mode: info.mode & 0o777 });
      else if (info.isSymbolicLink()) {
        const target = await readlink(join(root, child));
        if (isInside(root, resolve(dirname(join(root, child)), target)) && !target.startsWith('/'))
          found.push({ path: child, link: target.split(sep).join(posix.sep), bytes: 0, mode: 0o777 });
        else handleSkipped(child, `it leads out of the folder, to ${target}`);
      } else handleSkipped(child, 'it is no file');
      if (found.length > MAX_FILES)
        throw usageError(`${root} has more than ${MAX_FILES} files`, 'leave some out with a .microignore');
    }
  };
  await walk('', own ? [{ below: '', rules: own }] : []);
  return found;
}

async function rulesOf(file: string): Promise<Ignore | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : ignore().add(text);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
