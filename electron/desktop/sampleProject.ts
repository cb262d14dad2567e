import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The folder of the sample project. A checkout has its own. What is installed belongs to the system and must stay as it
 * is, so that a packaged app gives the user a copy to change, once; a copy that is cut off leaves none.
 * @param original the project as it came with the app
 * @param copy where the user's own copy belongs, or undefined to use the original
 */
export async function sampleProject(original: string, copy: string | undefined): Promise<string> {
  if (copy === undefined) return original;
  const isThere = await stat(join(copy, 'micro.yaml')).then(
    () => true,
    () => false,
  );
  if (isThere) return copy;
  await mkdir(dirname(copy), { recursive: true });
  const next = `${copy}.${process.pid}`;
  await rm(next, { recursive: true, force: true });
  await cp(original, next, { recursive: true });
  await rename(next, copy);
  return copy;
}
