import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { framesWhile, startApp } from './lib/benchApp.mjs';
import { writeBigLog } from './lib/logHome.mjs';
import { median } from './lib/median.mjs';
import { costOf } from './lib/processCost.mjs';

/** Lines of the log; MICRO_BENCH_LINES makes it shorter for a try. */
const LINES = Number(process.env.MICRO_BENCH_LINES ?? 10_000_000);
const SCROLL_MS = 4_000;
/** A fast wheel, px a step. */
const WHEEL_PX = 600;
/** The ideal is the screen's own 60 frames a second, ms a frame. */
const FRAME_MS = 1000 / 60;

export const title = `Scrolling ${LINES.toLocaleString('en')} lines in the window`;
export const about =
  'The logs page of the real app at 1280×800, drawn by software where there is no graphics card. Frames are timed by requestAnimationFrame while a wheel turns without pause; jumps from the key to the first frame that shows lines there.';

export async function run({ root, electron, work, say }) {
  const home = join(work, 'home');
  const folder = join(work, 'project');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'micro.yaml'), 'name: scroll\nservices:\n  big: { run: sleep 3600 }\n');
  say('writing the log');
  await writeBigLog(home, join(work, 'plain.log'), LINES);
  const { page, server, end } = await startApp({ root, electron, home, folder });
  const rows = [];
  const add = (metric, value, unit, against) => {
    rows.push({ metric, value, unit, ...(against ? { against } : {}) });
    say(`${metric}: ${value.toFixed(1)} ${unit}`);
  };
  try {
    const pages = page.getByRole('navigation', { name: 'Pages' });
    const link = pages.getByRole('button', { name: 'Logs' });
    await link.waitFor();
    add(
      'open the page as soon as the window is there: lines shown',
      await timeUntilLines(page, () => link.click(), ''),
      'ms',
    );
    await pages.getByRole('button', { name: 'Services' }).click();
    await page.getByRole('grid', { name: /Log of/ }).waitFor({ state: 'detached' });
    add('open the page again: lines shown', await timeUntilLines(page, () => link.click(), ''), 'ms');
    const grid = page.getByRole('grid', { name: /Log of/ });
    await grid.focus();
    add('Home: first lines shown', await timeUntilLines(page, () => page.keyboard.press('Home'), 'request 0 '), 'ms');
    const last = `request ${LINES - 1} `;
    add('End: last lines shown', await timeUntilLines(page, () => page.keyboard.press('End'), last), 'ms');
    const box = await grid.boundingBox();
    await page.mouse.move(box.x + 300, box.y + 300);
    for (const [name, direction] of [
      ['up', -1],
      ['down', 1],
    ]) {
      const frames = await framesWhile(page, async () => {
        const until = performance.now() + SCROLL_MS;
        while (performance.now() < until) await page.mouse.wheel(0, direction * WHEEL_PX);
      });
      const sorted = [...frames].sort((a, b) => a - b);
      add(`scrolling ${name}: frame, median`, median(sorted), 'ms', { value: FRAME_MS, name: '60 a second' });
      add(`scrolling ${name}: frame, 95th percentile`, sorted[Math.floor(sorted.length * 0.95)], 'ms', {
        value: FRAME_MS,
        name: '60 a second',
      });
      add(`scrolling ${name}: longest frame`, sorted.at(-1), 'ms');
    }
    const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
    add('heap of the page afterwards', heap / 2 ** 20, 'MB');
    add('memory of the server afterwards', costOf(server.pid).memoryMb, 'MB');
  } finally {
    await end();
  }
  return rows;
}

/** ms from before `act` until a line with `text` is on the screen and none is missing. */
async function timeUntilLines(page, act, text) {
  const done = page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          const drawn = [...document.querySelectorAll('[role="grid"] [data-text]')];
          const isWhole = document.querySelector('[role="grid"] [aria-label="Loading"]') === null;
          if (isWhole && drawn.some((line) => line.textContent.includes(wanted))) resolve(performance.now());
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    text,
  );
  const from = await page.evaluate(() => performance.now());
  await act();
  return (await done) - from;
}
