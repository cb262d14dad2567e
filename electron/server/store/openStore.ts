import { join } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { MemoryBytes } from '../host/memoryBytes.ts';
import { SPACES } from './engine.ts';
import type { Blobs } from './blobs.ts';
import { BlobStore } from './blobStore.ts';
import { FileContents } from './fileContents.ts';
import { MemoryContents } from './memoryContents.ts';
import { RecordStore } from './recordStore.ts';
import type { Store } from './store.ts';

/**
 * Opens the store that a folder holds, making it when it is not there. One process at a time may have it open. Rejects with
 * `storage.failed` when the file cannot be opened.
 */
export async function openFileStore(folder: string, clock: Clock): Promise<Store> {
  try {
    // Loaded when it is needed: it brings a native library.
    const { LmdbBytes } = await import('../host/lmdbBytes.ts');
    return new RecordStore(await LmdbBytes.open({ folder, spaces: SPACES, subject: 'the store' }), clock);
  } catch (error) {
    throw new MicroError('storage.failed', `the store in ${folder} cannot be opened: ${(error as Error).message}`, {
      next: 'See that the folder can be written to; move data.mdb away to begin with an empty store.',
      cause: error,
    });
  }
}

/** A store that is gone with the process. */
export function openMemoryStore(clock: Clock): Store {
  return new RecordStore(new MemoryBytes(SPACES), clock);
}

/** Opens the blobs that a folder holds, making it when it is not there. One process at a time may have it open. */
export async function openFileBlobs(folder: string, clock: Clock): Promise<Blobs> {
  const contents = await FileContents.open(folder);
  return BlobStore.open(await openFileStore(join(folder, 'index'), clock), contents);
}

/** Blobs that are gone with the process. */
export function openMemoryBlobs(clock: Clock): Promise<Blobs> {
  return BlobStore.open(openMemoryStore(clock), new MemoryContents());
}
