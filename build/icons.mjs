import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasDisplay, startVirtualDisplay } from './lib/display.mjs';
import { electronArguments, ensureElectron } from './lib/electronRuntime.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { root } from './lib/paths.mjs';
import { runScript, SetupError } from './lib/steps.mjs';

/** Renders build/icons/icon.svg to the sizes that systems ask for, in the browser that we have anyway: Electron. */
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

requireNode();
await runScript(async () => {
  await ensurePackages(() => {});
  const electron = await ensureElectron(() => {});
  if (electron.executable === undefined) throw new SetupError(`there is no Electron to draw with: ${electron.why}`);
  const display = hasDisplay() ? undefined : await startVirtualDisplay();
  const work = mkdtempSync(join(tmpdir(), 'micro-icons-'));
  try {
    mkdirSync(join(root, 'renderer/public'), { recursive: true });
    writeFileSync(join(work, 'package.json'), JSON.stringify({ name: 'icons', main: 'main.cjs' }));
    writeFileSync(
      join(work, 'main.cjs'),
      `const { app, BrowserWindow } = require('electron');
const fs = require('node:fs');
const path = require('node:path');
app.whenReady().then(async () => {
  const svg = fs.readFileSync(${JSON.stringify(join(root, 'build/icons/icon.svg'))}, 'utf8');
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  await window.loadURL('about:blank');
  for (const size of ${JSON.stringify(SIZES)}) {
    const url = await window.webContents.executeJavaScript('(' + (async (text, side) => {
      const image = new Image();
      image.src = 'data:image/svg+xml;base64,' + btoa(text);
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = side;
      canvas.getContext('2d').drawImage(image, 0, 0, side, side);
      return canvas.toDataURL('image/png');
    }) + ')(' + JSON.stringify(svg) + ',' + size + ')');
    const png = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
    fs.writeFileSync(path.join(${JSON.stringify(join(root, 'build/icons'))}, size + 'x' + size + '.png'), png);
    if (size === 256) fs.writeFileSync(${JSON.stringify(join(root, 'renderer/public/icon.png'))}, png);
  }
  app.exit(0);
}).catch((error) => { console.error(error); app.exit(1); });
`,
    );
    const env = { ...process.env, ...(display ? { DISPLAY: display.display } : {}) };
    const args = [...electronArguments(), `--user-data-dir=${join(work, 'data')}`, work];
    const code = await new Promise((resolve) =>
      spawn(electron.executable, args, { env, stdio: ['ignore', 'inherit', 'ignore'] }).on('exit', resolve),
    );
    if (code !== 0) throw new SetupError(`rendering ended with code ${code}`);
    process.stdout.write(`icons of ${SIZES.join(', ')} px written to build/icons\n`);
  } finally {
    display?.stop();
    rmSync(work, { recursive: true, force: true });
  }
});
