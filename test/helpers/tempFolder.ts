import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const folders: string[] = [];

/** Makes an empty folder of this test alone; it is removed when the test ends. */
export async function tempFolder(name = 'test'): Promise<string> {
  // On macOS the temporary folder is behind a link, which watchers and processes resolve.
  const folder = await realpath(await mkdtemp(join(tmpdir(), `micro-${name}-`)));
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});
