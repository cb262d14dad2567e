/* eslint-disable no-restricted-syntax -- see below: a wait here would be a wait for Electron's own start */
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What the app asks of the disk before Electron is ready. Whatever is awaited at that time goes on only after Electron's
 * own start, some 100 ms later, so these few calls do not wait; nothing can be done with the app meanwhile anyhow.
 */

/** Whether there is anything at a path, a link that leads nowhere included. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The text of a small file, or undefined when it cannot be read, which mostly means that there is none. */
export function textNow(path: string): string | undefined {
  return bytesNow(path)?.toString('utf8');
}

/** The bytes of a file, or undefined when it cannot be read. */
export function bytesNow(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Calls `use` with a file, opened to append, that only the user can read; its folder is made. */
export function withLogFile<T>(path: string, use: (descriptor: number) => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, 'a', 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
