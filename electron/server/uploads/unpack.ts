import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { MicroError } from '../../../shared/contract/errors.ts';

/** How much a project may be. */
export interface UploadLimits {
  /** Bytes of the archive as it comes. */
  packedBytes: number;
  /** Bytes of all files. */
  bytes: number;
  files: number;
}

/** Sources and assets of a project; what is larger (models, dumps) belongs into the store or is fetched by its build. */
export const usualLimits: UploadLimits = {
  packedBytes: 256 * 1024 * 1024,
  bytes: 1024 * 1024 * 1024,
  files: 50_000,
};

/** Characters of a path; more than systems take for one anyway. */
const MAX_PATH = 1024;

/** What was unpacked. */
export interface Unpacked {
  /** Paths of files and links, with slashes. */
  paths: string[];
  bytes: number;
}

/**
 * Unpacks a tar.gz into an empty folder. Nothing is ever written outside of it: paths are plain and relative, links stay
 * inside, nothing goes through a link, and only files, folders and links are taken. Rejects with `upload.refused`; what
 * was written by then is to be thrown away.
 */
export async function unpack(content: Readable, folder: string, limits: UploadLimits = usualLimits): Promise<Unpacked> {
  const paths = new Set<string>();
  const links = new Set<string>();
  let bytes = 0;
  const archive = extract();
  const reading = pipeline(content, counted(limits.packedBytes), createGunzip(), archive).catch((error: unknown) => {
    archive.destroy(error as Error);
    throw error;
  });
  // Told by what reads the entries; without this it would count as nobody's.
  reading.catch(() => {});
  try {
    for await (const entry of archive) {
      const { header } = entry;
      const path = plainPath(header);
      if (header.type !== 'directory' && (paths.has(path) || path === ''))
        throw refused(`${header.name} is in it twice`);
      for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) {
        if (links.has(above) || paths.has(above))
          throw refused(`${header.name} goes through ${above}, which is no folder`);
      }
      if (header.type === 'file') {
        bytes += header.size ?? 0;
        if (bytes > limits.bytes) throw refused(`its files have more than ${limits.bytes / 1024 / 1024} MB`);
        paths.add(path);
        await mkdir(dirname(join(folder, path)), { recursive: true });
        const mode = ((header.mode ?? 0o644) & 0o111) === 0 ? 0o644 : 0o755;
        await pipeline(entry, createWriteStream(join(folder, path), { mode, flags: 'wx' }));
      } else {
        if (header.type === 'symlink') {
          checkLink(path, header);
          paths.add(path);
          links.add(path);
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await symlink(header.linkname ?? '', join(folder, path));
        } else if (header.type === 'directory') await mkdir(join(folder, path), { recursive: true });
        else throw refused(`${header.name} is of the type ${header.type}`);
        entry.resume();
      }
      if (paths.size > limits.files) throw refused(`it has more than ${limits.files} files`);
    }
    await reading;
  } catch (error) {
    archive.destroy();
    if (error instanceof MicroError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EACCES') throw error;
    throw refused(`it is no whole tar.gz: ${(error as Error).message}`, error);
  }
  return { paths: [...paths].sort(), bytes };
}

function plainPath({ name, type }: Header): string {
  const path = type === 'directory' ? name.replace(/\/+$/, '') : name;
  const parts = path.split('/');
  const isPlain =
    path.length <= MAX_PATH &&
    !/[\\\0:]/.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 255);
  if (isPlain) return path;
  throw refused(`the path ${JSON.stringify(name.slice(0, 200))} is not a plain one inside of the folder`);
}

function checkLink(path: string, { name, linkname = '' }: Header): void {
  const target = posix.normalize(posix.join(posix.dirname(path), linkname));
  const leadsOut = linkname === '' || posix.isAbsolute(linkname) || target === '..' || target.startsWith('../');
  if (leadsOut || /[\\\0:]/.test(linkname))
    throw refused(`the link ${name} leads out of the folder, to ${JSON.stringify(linkname.slice(0, 200))}`);
}

function counted(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(refused(`it is larger than ${most / 1024 / 1024} MB`));
      else done(null, chunk);
    },
  });
}

function refused(why: string, cause?: unknown): MicroError {
  return new MicroError('upload.refused', `the archive is not taken: ${why}`, {
    next: 'leave out what is not needed with a .microignore',
    ...(cause === undefined ? {} : { cause }),
  });
}
