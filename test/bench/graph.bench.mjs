import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { drivenArguments } from '../../build/lib/electronRuntime.mjs';
import { importTypeScript } from '../../build/lib/typescript.mjs';

export const title = 'Live graph';
export const about =
  'Time between frames (requestAnimationFrame) of the graph of 300 services and 1,000 lines while every figure on it changes five times a second, in a window of 1280×800 drawn without a graphics card: all of it in view, at true size, and while it is dragged about. Against the same page with figures that do not change. And the time from an arrow key to the frame that shows where it led.';

const NODES = 300;
const EDGES = 1000;
const PERIOD_MS = 200;
const SIZE = { width: 1280, height: 800 };
/** ms each part is watched. */
const WATCH_MS = 4_000;
/** ms for the layout and the first pictures. */
const SETTLE_MS = 4_000;
const INPUTS = 20;
const READY_TIMEOUT_MS = 90_000;

export async function run({ root, electron, work, say }) {
  const { startGraphServer } = await importTypeScript('test/bench/lib/graphServer.ts');
  const still = await measure({
    startGraphServer,
    root,
    electron,
    say,
    home: join(work, 'still'),
    periodMs: 3_600_000,
  });
  const live = await measure({ startGraphServer, root, electron, say, home: join(work, 'live'), periodMs: PERIOD_MS });
  say(`graphs sent: ${live.sent}`);
  const rows = [];
  for (const [part, name] of [
    ['whole', 'all in view'],
    ['near', 'true size'],
    ['dragged', 'dragged about'],
  ]) {
    for (const [figure, word] of [
      ['p50', 'median'],
      ['p95', '95 %'],
      ['max', 'longest'],
    ]) {
      rows.push({
        metric: `frame, ${name}, ${word}`,
        value: live[part][figure],
        unit: 'ms',
        against: { value: still[part][figure], name: 'still figures' },
      });
    }
  }
  rows.push({
    metric: 'input to paint, median',
    value: live.input.p50,
    unit: 'ms',
    against: { value: still.input.p50, name: 'still figures' },
  });
  rows.push({
    metric: 'input to paint, longest',
    value: live.input.max,
    unit: 'ms',
    against: { value: still.input.max, name: 'still figures' },
  });
  return rows;
}

async function measure({ startGraphServer, root, electron, say, home, periodMs }) {
  const server = await startGraphServer(home, { nodes: NODES, edges: EDGES, periodMs });
  mkdirSync(join(home, 'desktop'), { recursive: true });
  writeFileSync(join(home, 'desktop/preferences.json'), JSON.stringify({ theme: 'light', onQuit: 'keep' }));
  const { _electron } = await import('playwright-core');
  // An Electron that the driver finds by itself is held back until the driver is connected.
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(electron.executable);
  const app = await _electron.launch({
    args: [...drivenArguments(), root],
    env: { ...process.env, MICRO_HOME: home, MICRO_NODE: process.execPath },
  });
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  try {
    const page = await app.firstWindow();
    await page.setViewportSize(SIZE);
    await page.locator('[data-node]').first().waitFor({ timeout: READY_TIMEOUT_MS });
    await delay(SETTLE_MS);
    await page.getByRole('button', { name: 'Show the whole graph' }).click();
    await delay(1_000);
    say(
      `nodes on the screen: ${await page.locator('[data-node]').count()}, lines: ${await page.locator('[data-edge]').count()}`,
    );
    const whole = await frames(page);
    await page.getByRole('button', { name: /set to 100/ }).click();
    await delay(1_000);
    const near = await frames(page);
    const canvas = await page.getByRole('application').boundingBox();
    const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + 20 };
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    const [dragged] = await Promise.all([frames(page), drag(page, middle)]);
    await page.mouse.up();
    const input = await inputs(page);
    say(
      `${periodMs === PERIOD_MS ? 'changing' : 'still'}: ${[whole, near, dragged].map(({ p95, max }) => `95 % ${p95.toFixed(1)}, longest ${max.toFixed(1)}`).join(' | ')} ms`,
    );
    return { whole, near, dragged, input, sent: server.sent() };
  } finally {
    await app.evaluate(({ app: electronApp }) => electronApp.exit(0)).catch(() => {});
    await ended;
    await server.stop();
  }
}

/** Times between frames for a while. */
async function frames(page) {
  const times = await page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const found = [];
        const start = performance.now();
        let last = start;
        const next = (now) => {
          found.push(now - last);
          last = now;
          if (now - start < ms) requestAnimationFrame(next);
          else resolve(found.slice(2));
        };
        requestAnimationFrame(next);
      }),
    WATCH_MS,
  );
  return summary(times);
}

async function drag(page, from) {
  const end = Date.now() + WATCH_MS;
  for (let step = 0; Date.now() < end; step++) {
    await page.mouse.move(from.x + Math.sin(step / 8) * 300, from.y + 150 + Math.cos(step / 8) * 150);
    await delay(16);
  }
}

/** From a key that moves from node to node until the frame after it is there, with all nodes in view. */
async function inputs(page) {
  await page.getByRole('button', { name: 'Show the whole graph' }).click();
  await delay(1_000);
  await page.evaluate(() => {
    window.seenInputs = [];
    window.addEventListener(
      'keydown',
      ({ timeStamp }) =>
        requestAnimationFrame(() => requestAnimationFrame(() => window.seenInputs.push(performance.now() - timeStamp))),
      { capture: true },
    );
    document.querySelector('[data-node]')?.focus();
  });
  for (let at = 1; at <= INPUTS; at++) {
    await page.keyboard.press(at % 2 === 1 ? 'ArrowRight' : 'ArrowLeft');
    await page.waitForFunction((count) => window.seenInputs.length >= count, at);
  }
  return summary(await page.evaluate(() => window.seenInputs));
}

function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p95: at(0.95), max: sorted.at(-1) };
}
