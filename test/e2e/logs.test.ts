import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allRunning } from '../helpers/allRunning.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A loaded machine gets this long for each step. */
const SLOW = { timeout: 30_000 };

/** Lines that the numbered service writes at its start; every tenth is far wider than the window. */
const LINES = 5000;

/** Writes numbered lines, then goes on with a tick now and then. */
const NUMBERED = `
let text = '';
for (let i = 1; i <= ${LINES}; i++) text += 'line ' + i + (i % 10 === 0 ? ' ' + 'wide '.repeat(200) + 'end' : '') + '\\n';
process.stdout.write(text);
let tick = 0;
setInterval(() => console.log('tick ' + ++tick), 100);
require('node:http').createServer((q, r) => r.end('ok')).listen(process.env.PORT, '127.0.0.1');
`;

/** One line of each kind that a reader looks at differently. */
const MIXED = `
console.log('open http://127.0.0.1:' + process.env.PORT + '/ in a browser');
console.log(JSON.stringify({ level: 30, time: Date.now(), msg: 'order placed', order: { id: 7, items: ['a', 'b'] } }));
console.log('[red]x[/] <b>y</b> <img src=x onerror="document.title=1">');
console.error('Error: card declined\\n    at pay (src/pay.ts:31:9)\\n    at order (src/order.ts:8:3)');
console.log('\\x1b[32mgreen\\x1b[0m and plain');
process.stdout.write('prompt> ');
require('node:http').createServer((q, r) => { console.error('ERROR asked for ' + q.url); r.end('ok'); }).listen(process.env.PORT, '127.0.0.1');
`;

let launched: LaunchedApp | undefined;
let page: Page;
let grid: Locator;

async function open(services: Record<string, string>): Promise<void> {
  const folder = join(await tempFolder('logs'), 'project');
  await mkdir(folder, { recursive: true });
  const names = Object.keys(services);
  for (const name of names) await writeFile(join(folder, `${name}.cjs`), services[name] as string);
  await writeFile(
    join(folder, 'micro.yaml'),
    `name: logs\nservices:\n${names.map((name) => `  ${name}: { run: node ${name}.cjs }\n`).join('')}`,
  );
  launched = await launchApp({ args: ['--project', folder] });
  ({ page } = launched);
  await allRunning(launched, names.length);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Logs' }).click();
  grid = page.getByRole('grid', { name: /Log of/ });
}

const clipboard = (): Promise<string> =>
  (launched as LaunchedApp).app.evaluate(({ clipboard: board }) => board.readText());

/** The text of the rows on the screen, from top to bottom; rows that are not here yet have none. */
const shownTexts = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
      .sort((a, b) => Number(a.dataset['row']) - Number(b.dataset['row']))
      .map((row) => row.querySelector('[data-text]')?.textContent ?? row.textContent ?? ''),
  );

/** The row whose text begins with `text`. */
const rowOf = (text: string): Locator => grid.locator('[data-text]', { hasText: new RegExp(`^${text}( |$)`) }).first();

/** Turns the wheel until the row is on the screen; resolves with where it is. */
async function scrollTo(
  text: string,
  direction: 1 | -1,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await grid.boundingBox();
  if (!box) throw new Error('there is no log');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  return waitFor(
    `${text} on the screen`,
    async () => {
      const seen = (await rowOf(text).isVisible()) ? await rowOf(text).boundingBox({ timeout: 1000 }) : null;
      if (seen && seen.y > box.y && seen.y + seen.height < box.y + box.height * 0.8) return seen;
      // Less than the stretch that counts as on the screen, so that the row cannot be jumped over.
      await page.mouse.wheel(0, direction * box.height * 0.3);
      return undefined;
    },
    60_000,
  );
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const line = from + index;
    return `line ${line}${line % 10 === 0 ? ` ${'wide '.repeat(200)}end` : ''}`;
  });

beforeEach(() => {
  launched = undefined;
});

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
});

describe('the log in the window', () => {
  test('LOG-04 lines of every kind appear at once, markup as it was written, and open to their details', async () => {
    await open({ mixed: MIXED });
    await grid.getByText('open http://127.0.0.1:').waitFor();
    await expect.poll(() => page.getByLabel('Loading').count(), SLOW).toBe(0);
    const texts = await shownTexts();
    expect(texts).toContain('[red]x[/] <b>y</b> <img src=x onerror="document.title=1">');
    expect(texts).toContain('green and plain');
    expect(texts).toContain('prompt> ');
    expect(await page.title()).not.toBe('1');
    expect(await grid.locator('img, b.y').count()).toBe(0);

    // A stack trace is one row until it is opened.
    expect(texts.some((text) => text.startsWith('Error: card declined') && text.includes('2 more lines'))).toBe(true);
    expect(texts.some((text) => text.includes('at pay'))).toBe(false);
    await grid
      .locator('[data-row]', { hasText: 'card declined' })
      .getByRole('button', { name: 'Open details' })
      .click();
    await grid.getByText('at pay (src/pay.ts:31:9)').waitFor();
    // The click made it the current row, and the keys of the log work right away: Enter folds it again.
    await page.keyboard.press('Enter');
    await grid.getByText('at pay (src/pay.ts:31:9)').waitFor({ state: 'detached' });

    // JSON shows its message first and opens to a tree.
    const json = grid.locator('[data-row]', { hasText: 'order placed' });
    await json.getByRole('button', { name: 'Open details' }).click();
    await json.getByText('items').first().waitFor();

    // The next error by key alone, from wherever the keyboard is in the log.
    await grid.focus();
    await page.keyboard.press('e');
    await expect.poll(() => grid.locator('[data-cursor]').innerText(), SLOW).toContain('card declined');
    expect((launched as LaunchedApp).pageErrors).toEqual([]);
  });

  test('UI-03 what is selected over any distance is copied exactly, and a search covers every stored line', async () => {
    await open({ numbered: NUMBERED });
    await grid
      .getByText(/^tick \d+$/)
      .first()
      .waitFor();

    // By drag, with the wheel on the way.
    await grid.focus();
    await page.keyboard.press('Home');
    await rowOf('line 10').waitFor();
    const from = await rowOf('line 10').boundingBox();
    if (!from) throw new Error('line 10 is not drawn');
    await page.mouse.move(from.x + 1, from.y + from.height / 2);
    await page.mouse.down();
    const to = await scrollTo('line 900', 1);
    await page.mouse.move(to.x + to.width + 2000, to.y + to.height / 2, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await clipboard()).split('\n').length, SLOW).toBe(891);
    expect((await clipboard()).split('\n')).toEqual(numbered(10, 900));

    // By a click and a shift-click.
    await page.keyboard.press('Home');
    await rowOf('line 11').click({ position: { x: 0, y: 5 } });
    const until = await scrollTo('line 301', 1);
    await page.keyboard.down('Shift');
    await page.mouse.click(until.x + 500, until.y + until.height / 2);
    await page.keyboard.up('Shift');
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await clipboard()).split('\n').length, SLOW).toBe(291);
    expect((await clipboard()).split('\n')).toEqual(numbered(11, 301));

    // Everything, by keys alone.
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await clipboard()).split('\n').length, SLOW).toBeGreaterThan(LINES);
    expect((await clipboard()).split('\n').filter((line) => line.startsWith('line '))).toEqual(numbered(1, LINES));

    // A line far off the screen is found.
    await page.keyboard.press('Control+f');
    await page.keyboard.type('line 4321');
    await page.getByText(/^1 (of 1 )?in /).waitFor();
    await page.keyboard.press('Enter');
    await rowOf('line 4321').waitFor();
    await page.keyboard.press('Escape');

    // The last line is wholly visible at a zoom and at an unusual height.
    for (const [width, height, factor] of [
      [1280, 800, 1.5],
      [900, 1400, 1],
    ] as const) {
      await (launched as LaunchedApp).app.evaluate(({ BrowserWindow }, zoom) => {
        BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(zoom);
      }, factor);
      await page.setViewportSize({ width, height });
      await grid.focus();
      await page.keyboard.press('End');
      await expect
        .poll(
          () =>
            page.evaluate(() => {
              const log = document.querySelector('[role="grid"]') as HTMLElement;
              const rows = [...log.querySelectorAll<HTMLElement>('[data-row]')];
              const last = Math.max(...rows.map((row) => row.getBoundingClientRect().bottom));
              const box = log.getBoundingClientRect();
              return last <= box.top + log.clientHeight + 1 && last > box.top + log.clientHeight - 30;
            }),
          SLOW,
        )
        .toBe(true);
    }
  });

  test('LOG-08 who reads older lines stays there while new ones come, until End is pressed', async () => {
    await open({ numbered: NUMBERED });
    await grid
      .getByText(/^tick \d+$/)
      .first()
      .waitFor();
    await scrollTo(`line ${LINES - 55}`, -1);
    const topRow = (): Promise<string> =>
      page.evaluate(() => {
        const log = document.querySelector('[role="grid"]') as HTMLElement;
        const { top } = log.getBoundingClientRect();
        const rows = [...log.querySelectorAll<HTMLElement>('[data-row]')];
        const shown = rows
          .map((row) => ({ row: row.dataset['row'], at: Math.round(row.getBoundingClientRect().top - top) }))
          .filter(({ at }) => at >= 0)
          .sort((a, b) => a.at - b.at);
        return `${shown[0]?.row}@${shown[0]?.at}`;
      });
    const before = await topRow();
    const waiting = page.getByRole('button', { name: /^\d+ new lines?$/ });
    await waiting.waitFor();
    const count = async (): Promise<number> => Number.parseInt(await waiting.innerText(), 10);
    const seen = await count();
    await expect.poll(count, SLOW).toBeGreaterThan(seen + 10);
    expect(await topRow()).toBe(before);
    await page.setViewportSize({ width: 1100, height: 700 });
    await expect.poll(count, SLOW).toBeGreaterThan(seen + 20);
    expect((await topRow()).split('@')[0]).toBe(before.split('@')[0]);
    await grid.focus();
    await page.keyboard.press('End');
    await waiting.waitFor({ state: 'detached' });
    await grid
      .getByText(/^tick \d+$/)
      .last()
      .waitFor();
  });

  test('a drag over the histogram shows that stretch of time, and everything comes back', async () => {
    await open({ numbered: NUMBERED });
    const bars = page.getByRole('img', { name: /lines, .* over time/ });
    // So long after the numbered lines that they are far to the left, also where everything starts slowly.
    await grid
      .getByText(/^tick \d{3,}$/)
      .first()
      .waitFor();
    await page.getByRole('img', { name: /^5\d{3} lines/ }).waitFor();
    const box = await bars.boundingBox();
    if (!box) throw new Error('there is no histogram');
    await page.mouse.move(box.x + box.width * 0.88, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.98, box.y + 20, { steps: 4 });
    await page.mouse.up();
    const all = page.getByRole('button', { name: 'Show all' });
    await all.waitFor();
    await expect.poll(() => grid.getAttribute('aria-rowcount').then(Number), SLOW).toBeLessThan(1000);
    await expect
      .poll(async () => (await shownTexts()).filter((text) => text.startsWith('tick')).length, SLOW)
      .toBeGreaterThan(0);
    await all.click();
    await expect.poll(() => grid.getAttribute('aria-rowcount').then(Number), SLOW).toBeGreaterThan(LINES);
  });

  test('UI-04 the keyboard goes through the log page and out again, the focus always to be seen', async () => {
    await open({ mixed: MIXED });
    await grid.getByText('open http://127.0.0.1:').waitFor();
    /** What has the focus now: its name, whether it shows a ring, and whether it is in the log page. */
    const focused = (): Promise<{ name: string; ring: boolean; inLog: boolean }> =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        const style = getComputedStyle(element);
        const parent = element.parentElement && getComputedStyle(element.parentElement);
        const isSeen = (one: CSSStyleDeclaration | null): boolean =>
          one !== null && ((one.outlineStyle !== 'none' && one.outlineWidth !== '0px') || one.boxShadow !== 'none');
        /** A log draws its ring over its rows. */
        const hasFrame = (one: HTMLElement): boolean => {
          const frame = one.parentElement && getComputedStyle(one.parentElement, '::after');
          return frame !== null && frame.content !== 'none' && frame.borderTopWidth !== '0px';
        };
        return {
          name: element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '',
          // A field shows it on the frame around it.
          ring: isSeen(style) || isSeen(parent) || hasFrame(element) || parent?.borderColor !== style.borderColor,
          inLog: element.closest('section[aria-label="Logs"]') !== null,
        };
      });
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    const walk = async (key: string): Promise<string[]> => {
      const names: string[] = [];
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press(key);
        const { name, ring, inLog } = await focused();
        if (inLog) {
          expect(ring, `the focus on "${name}" is seen`).toBe(true);
          names.push(name);
        } else if (names.length > 0) break;
      }
      return names;
    };
    const forwards = await walk('Tab');
    expect(forwards).toEqual(expect.arrayContaining(['Find in the log', 'Log of all services']));
    expect(forwards.some((name) => name.startsWith('Following'))).toBe(true);
    // It left the log by Tab alone; Shift-Tab leads back through the same controls.
    expect(await walk('Shift+Tab')).toEqual([...forwards].reverse());
    await grid.focus();
    expect(await grid.getAttribute('aria-description')).toContain('Arrows move');
  });
});
