import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Folder of the certificates that tests use; its README says what each is for. */
export const tlsFolder = resolve('test/fixtures/tls');

/** Path of one of its files. */
export const tlsFile = (name: string): string => join(tlsFolder, name);

/** A certificate with the one key, as texts. */
export async function certificatePair(name: 'server' | 'other' | 'ended'): Promise<{ cert: string; key: string }> {
  return {
    cert: await readFile(tlsFile(`${name}.pem`), 'utf8'),
    key: await readFile(tlsFile('server.key'), 'utf8'),
  };
}
