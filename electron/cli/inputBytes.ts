import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { CliContext } from './context.ts';
import { usageError } from './usageError.ts';

/** The bytes of a file, or of standard input when there is none; somebody who sits before a terminal is told to type. */
export async function inputBytes(context: CliContext, file?: string): Promise<Buffer> {
  if (file !== undefined) {
    return readFile(resolve(context.cwd, file)).catch((error: Error) => {
      throw usageError(`${file} cannot be read: ${error.message}`, 'give a file, a value, or - for standard input');
    });
  }
  if (process.stdin.isTTY) context.err.line('type the value; ctrl-D ends it');
  return buffer(process.stdin);
}
