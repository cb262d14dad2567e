import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { MicroError } from '../../../shared/contract/errors.ts';
import { isPlainPath, Places } from './archivePaths.ts';

/** How much a project may be. */
export interface UploadLimits {
  /** Bytes of the archive as it comes. */
  packedBytes: number;
  /** Bytes of all files. */
  bytes: number;
  /** Files, links, and folders that are named by themselves. */
  files: number;
}

/** Sources and assets of a project; what is larger (models, dumps) belongs into the store or is fetched by its build. */
export const usualLimits: UploadLimits = {
  packedBytes: 256 * 1024 * 1024,
  bytes: 1024 * 1024 * 1024,
  files: 50_000,
};

/** Bytes of an archive that are no content, for each of its files: headers, long names, and what fills a block. */
const OVERHEAD_BYTES = 4096;

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
export async function unpack(
  content: Readable,
  folder: string,
  limits: UploadLimits = usualLimits,
  platform: NodeJS.Platform = process.platform,
): Promise<Unpacked> {
  const paths = new Set<string>();
  const places = new Places(platform);
  let entries = 0;
  let bytes = 0;
  // Zeros pack a thousand to one: without this, an archive of little content could be unpacked for hours.
  const most = limits.bytes + (limits.files + 1) * OVERHEAD_BYTES;
  const archive = extract();
  // An entry that ended while its folder was being made tells nobody afterwards; its file would be waited for for ever.
  const broken = new AbortController();
  const reading = pipeline(content, counted(limits.packedBytes), createGunzip(), counted(most), archive).catch(
    (error: unknown) => {
      archive.destroy(error as Error);
      broken.abort(error);
      throw error;
    },
  );
  // Told by what reads the entries; without this it would count as nobody's.
  reading.catch(() => {});
  try {
    for await (const entry of archive) {
      const { header } = entry;
      const path = plainPath(header, platform);
      entries += 1;
      if (entries > limits.files) throw refused(`it has more than ${limits.files} files and folders`);
      const problem = places.take(path, header);
      if (problem !== undefined) throw refused(problem);
      if (header.type === 'file') {
        bytes += header.size ?? 0;
        if (bytes > limits.bytes) throw refused(`its files have more than ${limits.bytes / 1024 / 1024} MB`);
        paths.add(path);
        await mkdir(dirname(join(folder, path)), { recursive: true });
        const mode = ((header.mode ?? 0o644) & 0o111) === 0 ? 0o644 : 0o755;
        await pipeline(entry, createWriteStream(join(folder, path), { mode, flags: 'wx' }), {
          signal: broken.signal,
        });
      } else {
        if (header.type === 'symlink') {
          paths.add(path);
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await symlink(header.linkname ?? '', join(folder, path));
        } else if (header.type === 'directory') await mkdir(join(folder, path), { recursive: true });
        else throw refused(`${header.name} is of the type ${header.type}`);
        entry.resume();
      }
    }
    await reading;
    const problem = places.linkProblem();
    if (problem !== undefined) throw refused(problem);
  } catch (caught) {
    archive.destroy();
    const error: unknown = (caught as Error).name === 'AbortError' ? broken.signal.reason : caught;
    if (error instanceof MicroError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EACCES') throw error;
    throw refused(`it is no whole tar.gz: ${(error as Error).message}`, error);
  }
  return { paths: [...paths].sort(), bytes };
}

function plainPath({ name, type }: Header, platform: NodeJS.Platform): string {
  const path = type === 'directory' ? name.replace(/\/+$/, '') : name;
  if (isPlainPath(path, platform)) return path;
  throw refused(`the path ${JSON.stringify(name.slice(0, 200))} is not a plain one inside of the folder`);
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
