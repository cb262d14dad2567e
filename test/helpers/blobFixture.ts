import { onTestFinished } from 'vitest';
import { openFileBlobs, openMemoryBlobs } from '../../electron/server/store/openStore.ts';
import type { BlobName, Blobs } from '../../electron/server/store/blobs.ts';
import { FakeClock } from './fakes/fakeClock.ts';
import { tempFolder } from './tempFolder.ts';

/** A kind of blob store, with how to open one. */
export interface BlobKind {
  name: string;
  make(): Promise<{ clock: FakeClock; blobs: Blobs }>;
}

/** Every kind of blob store there is. */
export const blobKinds: BlobKind[] = [
  {
    name: 'in memory',
    async make() {
      const clock = new FakeClock();
      return { clock, blobs: closedAtEnd(await openMemoryBlobs(clock)) };
    },
  },
  {
    name: 'in files',
    async make() {
      const clock = new FakeClock();
      return { clock, blobs: closedAtEnd(await openFileBlobs(await tempFolder('blobs'), clock)) };
    },
  },
];

/** A content in chunks. */
export async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** The whole content of a blob; undefined when there is none. */
export async function contentOf(blobs: Blobs, name: BlobName): Promise<string | undefined> {
  const blob = await blobs.open(name);
  if (!blob) return undefined;
  const read: Buffer[] = [];
  for await (const chunk of blob.read()) read.push(Buffer.from(chunk));
  return Buffer.concat(read).toString();
}

function closedAtEnd(blobs: Blobs): Blobs {
  onTestFinished(() => blobs.close());
  return blobs;
}
