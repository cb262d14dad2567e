import { MicroError } from '../../../shared/contract/errors.ts';
import { MemoryBytes } from '../host/memoryBytes.ts';
import type { EventLog } from './eventLog.ts';
import { SPACES } from './spaces.ts';
import { StoredEventLog, type StoredEventLogOptions } from './storedEventLog.ts';

/**
 * Opens the events that a folder holds, making it when it is not there. One process at a time may have it open. Rejects
 * with `storage.failed` when the file cannot be opened.
 */
export async function openFileEventLog(
  folder: string,
  options: Omit<StoredEventLogOptions, 'engine'>,
): Promise<EventLog> {
  try {
    // Loaded when it is needed: it brings a native library.
    const { LmdbBytes } = await import('../host/lmdbBytes.ts');
    const engine = await LmdbBytes.open({ folder, spaces: SPACES, subject: 'the event log' });
    return await started({ ...options, engine });
  } catch (error) {
    throw new MicroError('storage.failed', `the events in ${folder} cannot be opened: ${(error as Error).message}`, {
      next: 'See that the folder can be written to; move data.mdb away to begin without events.',
      cause: error,
    });
  }
}

/** Events that are gone with the process. */
export function openMemoryEventLog(options: Omit<StoredEventLogOptions, 'engine'>): Promise<EventLog> {
  return started({ ...options, engine: new MemoryBytes(SPACES) });
}

async function started(options: StoredEventLogOptions): Promise<EventLog> {
  const log = new StoredEventLog(options);
  await log.start();
  return log;
}
