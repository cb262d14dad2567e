import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts all that the page needs to begin into one file. Left to itself the bundler makes a file of each set of modules that
 * the same pages share, of which the page would begin with twenty; each is a request to the app's main process, which has
 * much else to do while it starts.
 */
function firstChunk(id: string, context: Modules): string | null {
  if (first.size === 0) addImports(folder('../renderer/main.tsx'), context);
  return first.has(id) && !BARRELS.test(id) ? 'start' : null;
}

/**
 * Packages whose index names all that they have: what the page begins with would be everything that any page takes of them.
 * The bundler, which knows who takes what, puts the right ones into the same file by itself.
 */
const BARRELS = /[\\/]node_modules[\\/](@mantine|@tabler|zod)[\\/]/;

/** What main.tsx imports, directly or not, but for what it imports at run time. */
const first = new Set<string>();

function addImports(id: string, modules: Modules): void {
  if (first.has(id)) return;
  first.add(id);
  for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) addImports(imported, modules);
}

/** What the bundler tells of the modules that it has read. */
interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/**
 * Bundles the window's page into dist/renderer. Addresses are relative, because the page lives at `app://micro/` in the
 * desktop app and below `/_ui/` in a browser; nothing is inlined, because the content security policy allows files only.
 */
export default defineConfig({
  root: folder('../renderer'),
  base: './',
  plugins: [react()],
  build: {
    outDir: folder('../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome114',
    assetsInlineLimit: 0,
    // Vite's polyfill for preloading would be an inline script; every browser that runs the page has it built in.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstChunk }] } } },
  },
});
