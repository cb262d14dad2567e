import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The names that a manifest may have, in order of preference. */
export const manifestNames = ['micro.yaml', 'micro.yml'] as const;

/** Finds the manifest of a folder; undefined when it has none. */
export async function findManifest(folder: string): Promise<string | undefined> {
  for (const name of manifestNames) {
    const path = join(folder, name);
    if (
      await stat(path).then(
        (stats) => stats.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
