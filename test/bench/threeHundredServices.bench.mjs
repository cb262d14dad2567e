import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { framesWhile, percentile, startApp } from './lib/benchApp.mjs';
import { microCaller } from './lib/callMicro.mjs';
import { freePorts } from './lib/freePorts.mjs';
import { median } from './lib/median.mjs';
import { costOf, costOfTree } from './lib/processCost.mjs';

export const title = 'Three hundred services in the window';
export const about =
  '300 services (a listener in Perl, a few MB each, so that the services do not measure each other) in the real app: from "start" until all are ready, against spawning the same programs by hand; then CPU over 20 s at rest (of one core), memory, and the window on its Services page. A key counts until the frame after the rows have changed.';

const SERVICES = 300;
const POLL_MS = 50;
const WATCHED_MS = 20_000;
const SCROLL_MS = 4_000;
const FRAME_MS = 1000 / 60;
const PROGRAM = `use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 64, ReuseAddr => 1) or die $!;
$| = 1; print "listens\\n";
while (my $c = $s->accept) { close $c }
`;

export async function run({ root, electron, work, say }) {
  const folder = join(work, 'project');
  const home = join(work, 'home');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'service.pl'), PROGRAM);
  const names = Array.from({ length: SERVICES }, (_, index) => `s${String(index).padStart(3, '0')}`);
  writeFileSync(
    join(folder, 'micro.yaml'),
    `name: many\nservices:\n${names.map((name) => `  ${name}: { run: perl service.pl, watch: false }\n`).join('')}`,
  );
  const rows = [];
  const add = (metric, value, unit, against) => {
    rows.push({ metric, value, unit, ...(against ? { against } : {}) });
    say(`${metric}: ${value.toFixed(1)} ${unit}`);
  };
  const byHand = await spawnByHand(folder);
  const app = await startApp({ root, electron, home });
  try {
    const call = microCaller(home, app.server);
    const { page } = app;
    const startedAt = performance.now();
    await call('OpenProject', { folder, start: true });
    await allReady(call);
    add('to all ready', performance.now() - startedAt, 'ms', { value: byHand, name: 'spawn by hand' });
    await delay(5_000);
    const before = { server: costOf(app.server.pid), window: windowCost(app) };
    await delay(WATCHED_MS);
    const after = { server: costOf(app.server.pid), window: windowCost(app) };
    const percent = (part) => ((after[part].cpuMs - before[part].cpuMs) / WATCHED_MS) * 100;
    add('CPU of the server', percent('server'), '%');
    add('CPU of the window', percent('window'), '%');
    add('memory of the server', after.server.memoryMb, 'MB');
    add('memory of the window (PSS)', after.window.memoryMb, 'MB');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Services' }).click();
    await page.getByText('s000', { exact: true }).first().waitFor();
    const keys = await filterTimes(page);
    add('a key in the filter: rows changed, median', median(keys), 'ms');
    add('a key in the filter: rows changed, longest', Math.max(...keys), 'ms');
    const table = page.getByText('s005', { exact: true }).first();
    await table.hover();
    const frames = await framesWhile(page, async () => {
      const until = performance.now() + SCROLL_MS;
      for (let down = true; performance.now() < until; down = !down)
        for (let step = 0; step < 20; step++) await page.mouse.wheel(0, down ? 300 : -300);
    });
    add('scrolling: frame, median', median(frames), 'ms', { value: FRAME_MS, name: '60 a second' });
    add('scrolling: frame, 95th percentile', percentile(frames, 0.95), 'ms', { value: FRAME_MS, name: '60 a second' });
    add('scrolling: longest frame', Math.max(...frames), 'ms');
    return rows;
  } finally {
    await app.end();
  }
}

/** The app without its server and what that started. */
function windowCost(app) {
  return costOfTree(app.pid, new Set([app.server.pid]));
}

async function allReady(call) {
  for (;;) {
    const { services } = await call('Status', {});
    const failed = services.find((service) => service.status === 'STATUS_ERROR');
    if (failed) throw new Error(`${failed.name}: ${failed.reason}`);
    if (services.filter((service) => service.status === 'STATUS_RUNNING').length === SERVICES) return;
    await delay(POLL_MS);
  }
}

/** Types names into the filter and empties it again; ms from each key to the frame that shows other rows. */
async function filterTimes(page) {
  const filter = page.getByRole('textbox', { name: /filter/i }).first();
  await filter.click();
  await page.evaluate(() => {
    globalThis.__keys = [];
    document.addEventListener(
      'keydown',
      () => {
        const from = performance.now();
        // Two frames: the first runs before what the key caused is laid out, the second after it was drawn.
        requestAnimationFrame(() => requestAnimationFrame(() => globalThis.__keys.push(performance.now() - from)));
      },
      true,
    );
  });
  for (let round = 0; round < 5; round++)
    for (const key of ['s', '1', '2', 'Backspace', 'Backspace', 'Backspace']) {
      await page.keyboard.press(key);
      await delay(60);
    }
  await delay(200);
  return page.evaluate(() => globalThis.__keys);
}

async function spawnByHand(folder) {
  const ports = await freePorts(SERVICES);
  const children = [];
  const startedAt = performance.now();
  await Promise.all(
    ports.map((port) => {
      const child = spawn('perl', ['service.pl'], {
        cwd: folder,
        env: { ...process.env, PORT: String(port) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return new Promise((resolve, reject) => {
        child.stdout.once('data', resolve);
        child.once('exit', (code) => reject(new Error(`a service ended with code ${code}`)));
      });
    }),
  );
  const ms = performance.now() - startedAt;
  await Promise.all(
    children.map((child) => {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return ended;
    }),
  );
  return ms;
}
