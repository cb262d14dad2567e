import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { MicroError } from '../../../shared/contract/errors.ts';
import { storageError } from '../host/files.ts';
import { MAX_VALUE_BYTES } from './limits.ts';
import { checkSnapshot, restoreLines, type Restored, snapshotLines, type SnapshotPart } from './snapshot.ts';
import type { Store } from './store.ts';

/** Bytes of a chunk of a snapshot on its way; larger ones cost memory, smaller ones messages. */
const CHUNK_BYTES = 256 * 1024;

/** Bytes of the line of a record at most: the largest value in base64, and twice as much as key and metadata may have. */
const MAX_LINE_BYTES = Math.ceil(MAX_VALUE_BYTES / 3) * 4 + 256 * 1024;
/** Bytes that are left free on the disk, whatever is restored: the server's own logs and records need them. */
const SPARE_BYTES = 256 * 1024 * 1024;
/** After so many bytes the disk is looked at again; it never gets closer to full than by that. */
const LOOK_BYTES = 64 * 1024 * 1024;

/** What keeps a snapshot that comes in from using up memory or disk. */
export interface SnapshotLimits {
  maxLineBytes: number;
  spareBytes: number;
}

/** The bytes of a snapshot, in chunks. */
export async function* snapshotChunks(store: Store, part: SnapshotPart): AsyncGenerator<Buffer> {
  let lines: Buffer[] = [];
  let bytes = 0;
  for await (const text of snapshotLines(store, part)) {
    const line = Buffer.from(text);
    lines.push(line);
    bytes += line.length;
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(lines);
    lines = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(lines);
}

/**
 * Restores the snapshot whose bytes come in. They are put aside in `folder` first, because only a whole one is written:
 * whatever is wrong with it rejects with `store.bad-snapshot` and changes nothing.
 */
export async function restoreChunks(
  store: Store,
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  limits: SnapshotLimits = { maxLineBytes: MAX_LINE_BYTES, spareBytes: SPARE_BYTES },
): Promise<Restored> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `restore-${randomUUID()}.tmp`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await putAside(file, path, chunks, limits);
    } finally {
      await file.close();
    }
    await checkSnapshot(linesOf(path));
    return await restoreLines(store, linesOf(path));
  } finally {
    await rm(path, { force: true });
  }
}

/** Writes what comes in, as long as each line could be a record and the disk has room. */
async function putAside(
  file: FileHandle,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { maxLineBytes, spareBytes }: SnapshotLimits,
): Promise<void> {
  let line = 1;
  let lineBytes = 0;
  let untilLook = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(10, at);
      lineBytes += (end < 0 ? chunk.length : end) - at;
      if (lineBytes > maxLineBytes) {
        throw new MicroError(
          'store.bad-snapshot',
          `line ${line} is longer than a record can be (${maxLineBytes} bytes)`,
          {
            next: 'Restore what micro store snapshot wrote, as it is.',
          },
        );
      }
      if (end < 0) break;
      line += 1;
      lineBytes = 0;
      at = end + 1;
    }
    if (untilLook <= 0) {
      await requireRoom(path, spareBytes);
      untilLook = LOOK_BYTES;
    }
    untilLook -= chunk.length;
    await file.writeFile(chunk).catch((error: unknown) => {
      throw storageError(path, 'write', error);
    });
  }
}

async function requireRoom(path: string, spareBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize >= spareBytes) return;
  throw storageError(path, 'write', Object.assign(new Error('the disk is almost full'), { code: 'ENOSPC' }));
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, { encoding: 'utf8' }), crlfDelay: Number.POSITIVE_INFINITY });
}
