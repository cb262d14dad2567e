import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the least app that there can be, one window with `page`, into `folder`: the floor of what a window costs. */
export function writeEmptyWindow(folder, page = '<!doctype html><title>empty</title><p>empty</p>') {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', main: 'main.cjs' }));
  writeFileSync(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { sandbox: true } });
  return window.loadFile(require('node:path').join(__dirname, 'index.html'));
});
`,
  );
  writeFileSync(join(folder, 'index.html'), page);
  return folder;
}
