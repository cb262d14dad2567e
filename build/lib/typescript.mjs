import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

/** Loads a TypeScript file of the checkout with what it imports, for a script that needs what it says. */
export async function importTypeScript(path) {
  const { build } = await import('esbuild');
  const work = mkdtempSync(join(tmpdir(), 'micro-ts-'));
  try {
    const outfile = join(work, 'bundle.mjs');
    await build({
      entryPoints: [join(root, path)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
