import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { drawBare } from './lib/bareTerminal.mjs';
import { percentile } from './lib/benchApp.mjs';
import { startQuietApp } from './lib/quietApp.mjs';

/** MB that go through the terminal; MICRO_BENCH_MB makes it less for a try. */
const MB = Number(process.env.MICRO_BENCH_MB ?? 100);
/** How often the end of a program is looked for, ms; far below what is measured. */
const POLL_MS = 20;
const PROGRAM_MS = 600_000;
/** Floods that are interrupted; the median of their latencies is told. */
const INTERRUPTS = 5;
const FLOOD_MS = 1_500;

export const title = `${MB} MB through a terminal`;
export const about =
  'A shell in the window at 1280×800 prints a file of coloured log lines: from the pseudo terminal over the server, which keeps its own screen of it, to xterm.js in the page. Against xterm.js alone (same size, same add-ons) in a window of its own, fed with the same text from memory, with WebGL and without; what is quicker counts. Ctrl-C: from the key to the end of the program in the middle of that flood.';

export async function run({ root, electron, work, say }) {
  const home = join(work, 'home');
  const folder = join(work, 'project');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'micro.yaml'), 'name: flood\nservices:\n  plain: { run: sleep 100000, port: none }\n');
  writeFileSync(join(work, '.bashrc'), "PS1='ready> '\n");
  const sample = logLines(4_000);
  const bytes = MB * 1e6;
  const big = join(work, 'big.txt');
  writeFileSync(big, sample.repeat(Math.ceil(bytes / sample.length)).slice(0, bytes));
  process.env.SHELL = '/bin/bash';
  process.env.HOME = work;
  const app = await startQuietApp({ root, electron, home, folder });
  let ours;
  try {
    const terminal = await openShell(app, work);
    const frames = await framesWhile(app, async () => {
      ours = await timeOf(terminal, `cat ${big}`);
    });
    say(`${ours.toFixed(0)} ms`);
    ours = { ms: ours, frames, size: await terminal.size(), interrupts: [] };
    for (let round = 0; round < INTERRUPTS; round++) {
      ours.interrupts.push(await interrupt(terminal, big));
      say(`ctrl-C: ${ours.interrupts.at(-1)} ms`);
    }
  } finally {
    await app.end();
  }
  const alone = [];
  for (const webgl of [true, false]) {
    const folder = join(work, webgl ? 'webgl' : 'elements');
    alone.push(await drawBare({ root, electron, folder, ...ours.size, sample, bytes, webgl }));
    say(`xterm.js alone${webgl ? ' with WebGL' : ''}: ${alone.at(-1).ms.toFixed(0)} ms`);
  }
  const bare = alone.reduce((best, each) => (each.ms < best.ms ? each : best));
  return [
    {
      metric: 'throughput',
      value: (MB * 1000) / ours.ms,
      unit: 'MB/s',
      against: { value: (MB * 1000) / bare.ms, name: 'xterm.js alone' },
    },
    {
      metric: 'longest stall of the page',
      value: Math.max(...ours.frames),
      unit: 'ms',
      against: { value: bare.longest, name: 'xterm.js alone' },
    },
    { metric: 'frames in the flood, median', value: percentile(ours.frames, 0.5), unit: 'ms' },
    { metric: 'ctrl-C in the flood, median', value: percentile(ours.interrupts, 0.5), unit: 'ms' },
    { metric: 'ctrl-C in the flood, longest', value: Math.max(...ours.interrupts), unit: 'ms' },
  ];
}

function logLines(count) {
  const line = (i) =>
    `12:00:${String(i % 60).padStart(2, '0')}.${i % 1000} \u001b[32minfo\u001b[0m request ${i} handled in ${i % 97} ms path=/api/v1/orders/${i}\r\n`;
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

/** Opens a shell in the panel, and waits until it obeys. */
async function openShell(app, work) {
  await app.resize(1280, 800);
  await app.until("document.body?.innerText.includes('plain')");
  const input = "document.querySelector('.xterm-helper-textarea')";
  await app.press('`', { code: 'Backquote', keyCode: 192, text: '`' });
  await app.until(input);
  let number = 0;
  const terminal = {
    app,
    /** Types a line that ends with the writing of a file, and resolves with that file. */
    async type(line) {
      const file = join(work, `said-${number++}`);
      await app.evaluate(`${input}.focus()`);
      await app.insertText(line.replaceAll('FILE', file));
      await app.press('Enter', { code: 'Enter', keyCode: 13, text: '\r' });
      return file;
    },
    async size() {
      const file = await terminal.type('stty size > FILE.new; mv FILE.new FILE');
      const [rows, cols] = (await said(file)).split(' ').map(Number);
      return { cols, rows };
    },
  };
  await terminal.size();
  return terminal;
}

/** Times of the frames, ms, that the page draws until `action` has ended. */
async function framesWhile({ evaluate }, action) {
  await evaluate(`{
    const times = [];
    let last = performance.now();
    const frame = (now) => {
      times.push(now - last);
      last = now;
      globalThis.benchFrames.handle = requestAnimationFrame(frame);
    };
    globalThis.benchFrames = { times, handle: requestAnimationFrame(frame) };
    undefined;
  }`);
  await action();
  return evaluate('cancelAnimationFrame(benchFrames.handle), benchFrames.times.slice(1)');
}

/** ms that a program takes in the shell, by the shell's own clock. */
async function timeOf(terminal, program) {
  const file = await terminal.type(
    `a=$(date +%s%N); ${program}; b=$(date +%s%N); echo $(( (b - a) / 1000 )) > FILE.new; mv FILE.new FILE`,
  );
  return Number(await said(file)) / 1000;
}

/** ms from ctrl-C in the middle of a flood to the end of the program. */
async function interrupt(terminal, big) {
  const { app } = terminal;
  const file = await terminal.type(
    `bash -c 'trap : INT; while cat ${big}; do :; done; date +%s%N > FILE.new; mv FILE.new FILE'`,
  );
  await delay(FLOOD_MS);
  const at = Date.now();
  await app.press('c', { code: 'KeyC', keyCode: 67, ctrl: true });
  return Math.max(0, Math.round(Number((await said(file)).trim()) / 1e6 - at));
}

async function said(file) {
  for (const until = Date.now() + PROGRAM_MS; Date.now() < until; await delay(POLL_MS)) {
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  throw new Error('the shell did not answer');
}
