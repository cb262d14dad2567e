import { readFile } from 'node:fs/promises';
import { MicroError } from '../../../shared/contract/errors.ts';

/** Reads a file by which a server logs in at an engine: a certificate, a key, credentials. Rejects with `engine.refused`. */
export async function readLoginFile(variable: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new MicroError('engine.refused', `${variable} names ${path}, which cannot be read`, {
      next: 'See that the file is there and that the user of the server may read it.',
      cause: error,
    });
  }
}
