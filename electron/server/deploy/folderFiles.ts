import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderFiles } from './containerFile.ts';

/** What of a folder decides how its image is made. */
const NAMES = [
  'package.json',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'requirements.txt',
  'pyproject.toml',
  'go.sum',
];

/** Looks which of the files that a recipe asks for are in a folder. */
export async function folderFiles(folder: string): Promise<FolderFiles> {
  const found = await Promise.all(
    NAMES.map((name) =>
      access(join(folder, name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  const names = new Set(found.flat());
  return { has: (name) => names.has(name) };
}
