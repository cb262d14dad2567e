import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { checkSnapshot, restoreLines, type Restored, snapshotLines, type SnapshotPart } from './snapshot.ts';
import type { Store } from './store.ts';

/** Bytes of a chunk of a snapshot on its way; larger ones cost memory, smaller ones messages. */
const CHUNK_BYTES = 256 * 1024;

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
): Promise<Restored> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `restore-${randomUUID()}.tmp`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of chunks) await file.write(chunk);
    } finally {
      await file.close();
    }
    await checkSnapshot(linesOf(path));
    return await restoreLines(store, linesOf(path));
  } finally {
    await rm(path, { force: true });
  }
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, { encoding: 'utf8' }), crlfDelay: Number.POSITIVE_INFINITY });
}
