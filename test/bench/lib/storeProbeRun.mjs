import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The probe of the store as a file that Node runs; in the checkout, from which the native library is found. */
export async function bundleProbe(root) {
  const outfile = join(root, 'dist', `storeProbe-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'test/bench/lib/storeProbe.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
    logLevel: 'silent',
  });
  process.once('exit', () => rmSync(outfile, { force: true }));
  return outfile;
}

/** What a part of the probe said, by its parts: `{ ms, count }`. */
export function runProbe(file, folder, what, count) {
  const text = execFileSync(process.execPath, [file, folder, what, String(count)], { encoding: 'utf8' });
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return Object.fromEntries(lines.map(({ part, ms, count: done }) => [part, { ms, count: done }]));
}
