import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ignore from 'ignore';
import { MicroError } from '../../../shared/contract/errors.ts';

/**
 * The most that goes into a generated image of a folder, bytes. Sources and assets are far below; more is a folder of data, and
 * would be sent to every node. Higher only delays the error.
 */
const MAX_BYTES = 2 * 1024 ** 3;
/** Files that are looked at before the same is said of their number. */
const MAX_FILES = 100_000;

/** What of a folder would go into its image. */
export interface ContextSize {
  bytes: number;
  files: number;
}

/**
 * Measures what the patterns leave of a folder. Rejects with `image.too-large`, which names what is largest, as soon as it is
 * more than an image should have.
 */
export async function measureContext(
  service: string,
  folder: string,
  patterns: readonly string[],
  signal: AbortSignal,
  limits: { maxBytes: number; maxFiles: number } = { maxBytes: MAX_BYTES, maxFiles: MAX_FILES },
): Promise<ContextSize> {
  const rules = ignore().add(patterns.map(anchored));
  const sizes = new Map<string, number>();
  const total = { bytes: 0, files: 0 };
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      signal.throwIfAborted();
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (rules.ignores(entry.isDirectory() ? `${child}/` : child)) continue;
      if (entry.isDirectory()) {
        await walk(child);
        continue;
      }
      const { size } = await lstat(join(folder, child));
      const head = child.split('/')[0] as string;
      sizes.set(head, (sizes.get(head) ?? 0) + size);
      total.bytes += size;
      total.files += 1;
      if (total.bytes > limits.maxBytes || total.files > limits.maxFiles) throw tooLarge(service, folder, total, sizes);
    }
  };
  await walk('');
  return total;
}

/** A `.dockerignore` counts from its folder; what reads it here would take a plain name for one anywhere. */
function anchored(pattern: string): string {
  const [sign, rest] = pattern.startsWith('!') ? ['!', pattern.slice(1)] : ['', pattern];
  return rest.startsWith('/') || rest.startsWith('**/') ? pattern : `${sign}/${rest}`;
}

function tooLarge(
  service: string,
  folder: string,
  { bytes, files }: ContextSize,
  sizes: ReadonlyMap<string, number>,
): MicroError {
  const [name, size] = [...sizes].sort((a, b) => b[1] - a[1])[0] as [string, number];
  return new MicroError(
    'image.too-large',
    `${service}: more than ${inMb(bytes)} in ${files} files of ${folder} would go into its image, ${inMb(size)} of it in ${name}`,
    { next: 'Name what does not belong there in a .dockerignore, or write a Dockerfile.' },
  );
}

const inMb = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MB`;
