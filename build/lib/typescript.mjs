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
      // Bundled CommonJS packages still call require() for Node's own modules, which an ES module does not have.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
      },
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
