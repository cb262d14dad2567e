import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MicroError } from '../../shared/contract/errors.ts';

/** A file that much is written to, bit by bit. */
export interface ExportFile {
  write(data: string | Uint8Array): void;
  /** Resolves when the disk took what was written. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a new file for writing; an existing one is only replaced when asked for. */
export async function openExportFile(path: string, replace: boolean): Promise<ExportFile> {
  const stream = createWriteStream(path, { flags: replace ? 'w' : 'wx', mode: 0o600 });
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error: NodeJS.ErrnoException) => reject(error));
  }).catch(async (error: NodeJS.ErrnoException) => {
    const isFolder = error.code === 'EEXIST' && (await stat(path)).isDirectory();
    throw explain(path, isFolder ? Object.assign(error, { code: 'EISDIR' }) : error);
  });
  const check = (): void => {
    if (failure) throw explain(path, failure);
  };
  return {
    write(data) {
      stream.write(data);
    },
    async drained() {
      check();
      if (stream.writableNeedDrain) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            stream.off('drain', done).off('error', done);
            resolve();
          };
          stream.on('drain', done).on('error', done);
        });
        check();
      }
    },
    async close() {
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.end(() => resolve());
      });
      check();
    },
  };
}

function explain(path: string, error: NodeJS.ErrnoException): MicroError {
  if (error.code === 'EEXIST') {
    return new MicroError('storage.failed', `${path} is already there`, {
      next: 'choose another name, or replace it with --force',
    });
  }
  if (error.code === 'EISDIR') {
    return new MicroError('storage.failed', `${path} is a folder`, { next: 'name a file in it' });
  }
  if (error.code === 'ENOENT') {
    const next = 'make the folder first, or choose another';
    return new MicroError('storage.failed', `the folder of ${path} is not there`, { next, cause: error });
  }
  if (error.code === 'ENOTDIR') {
    return new MicroError('storage.failed', `the folder of ${path} is a file`, {
      next: 'choose a folder',
      cause: error,
    });
  }
  const code = error.code === 'ENOSPC' ? 'storage.full' : 'storage.failed';
  return new MicroError(code, `${path} cannot be written: ${error.message}`, { cause: error });
}
