import { spawnSync } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { costOf } from './processCost.mjs';

/**
 * Other programs that take in what services print, at the versions that were measured. Each function runs `count` times
 * `cat lines.txt` in `folder` and resolves with `{ ms, cpuS, lines, note? }`: the time until everything is on disk, the CPU
 * time of the program (seconds), the lines that are there, and what else there is to say.
 */
export const LOG_TAKERS = { concurrently: '9.2.1', pm2: '6.0.14', mprocs: '0.9.6' };

const POLL_MS = 25;
/** Files that have not grown for so long hold everything that will ever come; on a busy machine programs rest for seconds. */
const QUIET_MS = 10_000;
/** A program that draws a terminal takes long for so many lines; after this it is given up. */
const TIMEOUT_MS = 300_000;

/** One `cat` and one pipe for each service, as a shell does it; CPU of the writing side only. */
export async function runCat(folder, count) {
  const script = Array.from({ length: count }, (_, i) => `(cat lines.txt | cat > floor-${i}.txt) &`).join('\n');
  const startedAt = performance.now();
  const result = spawnSync('bash', ['-c', `${script}\nwait\ntimes`], { cwd: folder, encoding: 'utf8' });
  const ms = performance.now() - startedAt;
  const lines = await linesOfFiles(folder, /^floor-/);
  // The second line of `times`: user and system time of the children; the producers are half of them.
  const [user, system] = result.stdout.trim().split('\n')[1].split(' ').map(secondsOf);
  return { ms, cpuS: (user + system) / 2, lines };
}

/**
 * With its prefixes: with `--raw` it hands its own output to the programs and takes in nothing. Where a program's line is cut
 * by a line of another one, the rest stands in a line of its own: told as torn. What was lost is found by the bytes.
 */
export async function runConcurrently(packages, folder, count) {
  const words = [join(packages, 'concurrently/dist/bin/concurrently.js')];
  for (let i = 0; i < count; i++) words.push('cat lines.txt');
  const startedAt = performance.now();
  const script = `exec ${[process.execPath, ...words].map((word) => `'${word}'`).join(' ')} > concurrently.txt`;
  const result = spawnSync('bash', ['-c', `(${script})\ntimes`], { cwd: folder, encoding: 'utf8' });
  const ms = performance.now() - startedAt;
  const [user, system] = result.stdout.trim().split('\n')[1].split(' ').map(secondsOf);
  const printed = readFileSync(join(folder, 'lines.txt'), 'latin1');
  const lines = printed.split('\n').length - 1;
  let textBytes = 0;
  let pieces = 0;
  for await (const line of createInterface({ input: createReadStream(join(folder, 'concurrently.txt')) })) {
    const text = /^\[\d+\] (.*)$/.exec(line)?.[1];
    if (text === undefined || / exited with code \d+$/.test(text)) continue;
    textBytes += Buffer.byteLength(text);
    pieces++;
  }
  const lostBytes = (printed.length - lines) * count - textBytes;
  const lost = Math.ceil((lostBytes * lines) / (printed.length - lines));
  const torn = Math.max(0, pieces - lines * count + lost);
  return { ms, cpuS: user + system, lines: lines * count - lost, ...(torn > 0 ? { note: `${torn} lines torn` } : {}) };
}

/** In a pseudo terminal, which it needs; it writes a log for each program and draws the one that is selected. */
export async function runMprocs(packages, folder, count) {
  const platform = `${process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;
  const build = readdirSync(join(packages, 'mprocs')).find((name) => name.includes(platform));
  if (build === undefined) throw new Error(`there is no mprocs for ${platform}`);
  const { spawn } = createRequire(import.meta.url)('@lydell/node-pty');
  const commands = Array.from({ length: count }, () => 'cat lines.txt');
  const words = ['--log-dir', 'mprocs', '--log-mode', 'truncate', '--on-all-finished', '{c: quit}', ...commands];
  const startedAt = performance.now();
  // bash says what CPU time it took, the programs it ran (`cat`) included.
  const script = `'${join(packages, 'mprocs', build, 'mprocs')}' "$@"; times > mprocs-times.txt`;
  const child = spawn('bash', ['-c', script, 'bash', ...words], { cwd: folder, cols: 120, rows: 40 });
  const ended = new Promise((resolve) => child.onExit(resolve));
  const timeout = setTimeout(() => child.kill(), TIMEOUT_MS);
  // As a terminal does: it reads, and says where the cursor is when it is asked.
  child.onData((data) => {
    if (data.includes('\x1b[6n')) child.write('\x1b[1;1R');
  });
  await ended;
  clearTimeout(timeout);
  const ms = performance.now() - startedAt;
  const times = readFileSync(join(folder, 'mprocs-times.txt'), 'utf8').trim().split('\n')[1];
  const [user, system] = times.split(' ').map(secondsOf);
  return { ms, cpuS: user + system, lines: await linesOfFiles(join(folder, 'mprocs'), /\.log$/) };
}

/** When a program ends, pm2 drops what it has read from it and not written yet. */
export async function runPm2(packages, folder, count, expected) {
  const pm2 = join(packages, 'pm2/bin/pm2');
  const home = join(folder, 'pm2');
  const env = { ...process.env, PM2_HOME: home };
  const pm2Does = (...words) => spawnSync(process.execPath, [pm2, ...words], { cwd: folder, env, encoding: 'utf8' });
  const apps = Array.from({ length: count }, (_, i) => ({
    name: `s${i}`,
    script: '/bin/cat',
    args: 'lines.txt',
    interpreter: 'none',
    autorestart: false,
    cwd: folder,
    out_file: join(folder, `pm2-${i}.txt`),
    merge_logs: true,
  }));
  writeFileSync(join(folder, 'apps.json'), JSON.stringify({ apps }));
  pm2Does('ping');
  let result;
  try {
    const daemon = Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));
    const cpuBefore = costOf(daemon).cpuMs / 1000;
    const startedAt = performance.now();
    pm2Does('start', 'apps.json');
    let size = -1;
    let quietAt = performance.now();
    // Done when the files hold everything, or have not grown for long.
    for (;;) {
      const now = bytesOfFiles(folder, /^pm2-/);
      if (now !== size) quietAt = performance.now();
      size = now;
      if (size >= count * statSync(join(folder, 'lines.txt')).size || performance.now() - quietAt > QUIET_MS) break;
      await delay(POLL_MS);
    }
    const ms = quietAt - startedAt;
    const cpuS = costOf(daemon).cpuMs / 1000 - cpuBefore;
    result = { ms, cpuS };
  } finally {
    pm2Does('kill');
  }
  // Counted when it has ended: what it still had in memory is on disk by then, or lost.
  return { ...result, lines: Math.min(expected, await linesOfFiles(folder, /^pm2-/)) };
}

function bytesOfFiles(folder, pattern) {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function linesOfFiles(folder, pattern) {
  let lines = 0;
  for (const name of readdirSync(folder).filter((file) => pattern.test(file))) {
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 1024 * 1024 })) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    }
  }
  return lines;
}

/** `0m1.234s` as seconds. */
function secondsOf(text) {
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text);
  return Number(minutes) * 60 + Number(seconds);
}
