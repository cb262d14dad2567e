import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

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
  },
});
