import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { optionValue } from './lib/commandLine.mjs';
import { hasDisplay, startVirtualDisplay } from './lib/display.mjs';
import { drivenArguments } from './lib/electronRuntime.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { root } from './lib/paths.mjs';
import {
  breakServices,
  failureScenes,
  fillState,
  show,
  stateScenes,
  welcomeScenes,
  workScenes,
} from './lib/screenshotScenes.mjs';
import { runScript } from './lib/steps.mjs';
import { importTypeScript } from './lib/typescript.mjs';
import { setUp } from './setup.mjs';

/**
 * Pictures of the real window at 1280×800, light and dark: the sample project, three and sixty services, each on the main
 * pages; the sample at work and with failing services, and the window without a project. They go to dist/screenshots
 * (`--out DIR`). `--readme` makes the picture in README anew, and nothing else. `--only welcome|shop|three|sixty` takes one
 * project, `--theme light|dark` one theme, `--scene NAME[,NAME…]` some of the scenes of
 * lib/screenshotScenes.mjs.
 */
const SIZE = { width: 1280, height: 800 };
const READY_TIMEOUT_MS = 60_000;
/** After the last service is ready, rates and sparklines need something to show. */
const SETTLE_MS = 6_000;
/** Until a page has drawn what it asked the server for. */
const PAGE_MS = 1_200;

requireNode();
await runScript(async () => {
  const argv = process.argv.slice(2);
  const { electron } = await setUp('test');
  const display = hasDisplay() ? undefined : await startVirtualDisplay();
  if (display) process.env.DISPLAY = display.display;
  const out = optionValue(argv, '--out') ?? join(root, 'dist/screenshots');
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'micro-shots-'));
  try {
    const { layeredServices, writeSampleProject } = await importTypeScript('test/helpers/sampleProject.ts');
    const projects = {
      welcome: async () => undefined,
      shop: async () => {
        // In a folder as a reader has one, not where this checkout happens to be.
        const folder = join(work, 'ann/code/shop');
        cpSync(join(root, 'examples/shop'), folder, { recursive: true });
        return folder;
      },
      three: () => writeSampleProject(join(work, 'three'), 'three', layeredServices(3)),
      sixty: () => writeSampleProject(join(work, 'sixty'), 'sixty', layeredServices(60)),
    };
    const only = argv.includes('--readme') ? 'shop' : optionValue(argv, '--only');
    for (const [name, make] of Object.entries(projects)) {
      if (only !== undefined && only !== name) continue;
      await picture(electron.executable, name, await make(), { out, work, argv });
    }
  } finally {
    display?.stop();
    rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});

async function picture(executable, name, project, { out, work, argv }) {
  const { _electron } = await import('playwright-core');
  const home = join(work, `home-${name}`);
  mkdirSync(join(home, 'desktop'), { recursive: true });
  writeFileSync(join(home, 'desktop/preferences.json'), JSON.stringify({ theme: 'light', onQuit: 'stop' }));
  // An Electron that the driver finds by itself is held back until the driver is connected.
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(executable);
  const app = await _electron.launch({
    args: [...drivenArguments(), root, ...(project === undefined ? [] : ['--project', project])],
    env: {
      ...process.env,
      HOME: join(work, 'ann'),
      MICRO_HOME: home,
      MICRO_NODE: process.execPath,
      MICRO_GATEWAY_PORT: '0',
      MICRO_PROXY_PORT: '0',
    },
  });
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  try {
    const page = await app.firstWindow();
    await page.setViewportSize(SIZE);
    if (project !== undefined) await allRunning(home);
    await delay(SETTLE_MS);
    const to = { out, argv };
    if (argv.includes('--readme')) await readmePicture(page);
    else if (project === undefined) await scenePictures(page, name, welcomeScenes, to);
    else {
      if (!argv.includes('--scene')) await pagePictures(page, name, to);
      if (name === 'shop') await shopPictures(page, name, project, { ...to, call: await serverCall(home) });
    }
  } finally {
    await app.evaluate(({ app: electron }) => electron.quit()).catch(() => {});
    await ended;
  }
}

/** Every page in both themes. */
async function pagePictures(page, name, { out, argv }) {
  for (const theme of ['light', 'dark']) {
    if ((optionValue(argv, '--theme') ?? theme) !== theme) continue;
    await page.emulateMedia({ colorScheme: theme });
    await page.keyboard.press('Escape');
    for (const link of await page.getByRole('navigation', { name: 'Pages' }).getByRole('button').all()) {
      const title = ((await link.getAttribute('aria-label')) ?? (await link.innerText())).trim().split('\n')[0];
      if (/collapse|expand/i.test(title)) continue;
      await link.click();
      await delay(PAGE_MS);
      const file = join(out, `${name}-${title.toLowerCase().replace(/\W+/g, '-')}-${theme}.png`);
      await page.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
    }
  }
}

/** The sample at work, and then with two services broken. */
async function shopPictures(page, name, project, to) {
  await scenePictures(page, name, workScenes, to);
  if (isWanted(stateScenes, to.argv)) {
    await fillState(to.call, join(root, 'renderer/public/icon.png'));
    await scenePictures(page, name, stateScenes, to);
  }
  if (!isWanted(failureScenes, to.argv)) return;
  await breakServices(project);
  await scenePictures(page, name, failureScenes, to);
}

function isWanted(scenes, argv) {
  const wanted = optionValue(argv, '--scene')?.split(',');
  return scenes.some(([scene]) => wanted === undefined || wanted.includes(scene));
}

/** Calls the server as `curl` would. */
async function serverCall(home) {
  const { proxy, token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
  return async (method, body) => {
    const response = await fetch(`${proxy}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method}: ${await response.text()}`);
    return response.json();
  };
}

async function scenePictures(page, name, scenes, { out, argv, call }) {
  for (const theme of ['light', 'dark']) {
    if ((optionValue(argv, '--theme') ?? theme) !== theme) continue;
    await page.emulateMedia({ colorScheme: theme });
    for (const [scene, bring] of scenes) {
      if (!isWanted([[scene]], argv)) continue;
      await show(page, bring, call);
      const file = join(out, `${name}-${scene}-${theme}.png`);
      await page.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
    }
  }
}

/** What a stranger sees first: the sample at work, one service chosen, its log below. */
async function readmePicture(page) {
  await page.emulateMedia({ colorScheme: 'light' });
  const orders = page.locator('.react-flow__node[data-id="orders"]');
  await orders.dblclick();
  await page.getByRole('grid', { name: /orders/ }).waitFor();
  await page.getByRole('button', { name: 'Show the whole graph' }).click();
  // The pointer would leave its mark on what is under it.
  await page.mouse.move(SIZE.width / 2, SIZE.height - 1);
  await delay(SETTLE_MS);
  const file = join(root, 'docs/screenshot.png');
  await page.screenshot({ path: file });
  process.stdout.write(`${file}\n`);
}

async function allRunning(home) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      const { proxy, token } = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
      const response = await fetch(`${proxy}/desktop.Desktop/Status`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{}',
      });
      const { services = [] } = await response.json();
      const done = ({ status, kind }) =>
        status === 'STATUS_RUNNING' || (kind === 'KIND_TASK' && status === 'STATUS_STOPPED');
      if (services.length > 0 && services.every(done)) return;
      if (Date.now() > deadline)
        throw new Error(
          `not running: ${services
            .filter((s) => !done(s))
            .map((s) => `${s.name} ${s.status} ${s.reason ?? ''}`)
            .join(', ')}`,
        );
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(200);
  }
}
