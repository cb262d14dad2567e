import { dirname, join } from 'node:path';
import { drivenArguments } from '../../../build/lib/electronRuntime.mjs';
import { writeEmptyWindow } from './emptyWindow.mjs';

/** What the page of the bare terminal does: xterm.js with the same add-ons and letters, fed from memory as fast as it draws. */
const PAGE = `
import { Terminal } from '@xterm/xterm';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebglAddon } from '@xterm/addon-webgl';
globalThis.feed = async ({ cols, rows, sample, bytes, webgl }) => {
  const terminal = new Terminal({ allowProposedApi: true, cols, rows, scrollback: 5000, fontSize: 12.5, lineHeight: 1.1, fontFamily: 'monospace' });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  terminal.open(document.body);
  if (webgl) terminal.loadAddon(new WebglAddon());
  const piece = new TextEncoder().encode(sample);
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
  }).observe({ type: 'longtask' });
  const from = performance.now();
  for (let done = 0; done < bytes; done += piece.length) await new Promise((resolve) => terminal.write(piece, resolve));
  return { ms: performance.now() - from, longest };
};
`;

/**
 * The floor of a terminal in a window: an Electron app of one page with xterm.js and nothing else, with `webgl` or drawn with
 * elements. Resolves with the ms that `bytes` made of `sample` take, and the longest task of the page, ms.
 */
export async function drawBare({ root, electron, folder, ...feed }) {
  const { build } = await import('esbuild');
  const { _electron } = await import('playwright-core');
  await build({
    stdin: { contents: PAGE, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'iife',
    target: 'chrome114',
    outfile: join(folder, 'page.js'),
    logLevel: 'error',
  });
  writeEmptyWindow(folder, '<!doctype html><title>bare</title><body><script src="page.js"></script>');
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(electron.executable);
  const app = await _electron.launch({ args: [...drivenArguments(), folder], cwd: folder });
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  try {
    const page = await app.firstWindow();
    await page.waitForFunction(() => 'feed' in globalThis);
    return await page.evaluate((options) => globalThis.feed(options), feed);
  } finally {
    app.process().kill('SIGTERM');
    await ended;
  }
}
