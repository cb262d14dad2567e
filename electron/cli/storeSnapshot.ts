import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MicroError } from '../../shared/contract/errors.ts';
import { openExportFile } from './exportFile.ts';
import { exitCode } from './exitCode.ts';
import type { StoreAction } from './storeActions.ts';
import { usageError } from './usageError.ts';

/** Bytes of a message to the server. */
const CHUNK_BYTES = 256 * 1024;

/** Writes everything, or one database, to a file. The file has its name only once it is whole. */
export const snapshotAction: StoreAction = {
  takes: ['FILE', 'DATABASE?'],
  options: ['force'],
  async run(context, [name = '', database = ''], { force }) {
    const { client } = await context.connect();
    const path = resolve(context.cwd, name);
    const unfinished = `${path}.unfinished`;
    // Claims the name, and says so before anything is read when it is taken.
    const claimed = await openExportFile(path, force);
    await claimed.close();
    const file = await openExportFile(unfinished, true);
    let bytes = 0;
    let isWhole = false;
    try {
      for await (const { data } of client.records.snapshot({ database }, { signal: context.signal })) {
        file.write(data);
        bytes += data.length;
        await file.drained();
      }
      await file.close();
      await rename(unfinished, path);
      isWhole = true;
    } finally {
      if (!isWhole) await Promise.all([rm(unfinished, { force: true }), force ? undefined : rm(path, { force: true })]);
    }
    if (context.json) context.out.json({ file: path, bytes });
    else context.say(`${path} written, ${bytes} bytes`);
    return exitCode.fine;
  },
};

/** Writes the records of a snapshot over those of the same keys. */
export const restoreAction: StoreAction = {
  takes: ['FILE'],
  options: [],
  async run(context, [name = '']) {
    const { client } = await context.connect();
    const { records, ended } = await client.records.restore(chunksOf(resolve(context.cwd, name)), {
      signal: context.signal,
    });
    if (context.json) context.out.json({ records, ended });
    else context.say(`${records} records restored${ended > 0 ? `, ${ended} had ended since` : ''}`);
    return exitCode.fine;
  },
};

async function* chunksOf(path: string): AsyncGenerator<{ data: Uint8Array }> {
  try {
    for await (const data of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield { data: data as Buffer };
  } catch (error) {
    if (error instanceof MicroError) throw error;
    throw usageError(`${path} cannot be read: ${(error as Error).message}`, 'give a file of `micro store snapshot`');
  }
}
