import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { drivenArguments } from '../../../build/lib/electronRuntime.mjs';

/**
 * Starts the real app on a project folder with a home of its own, its window at 1280×800, and resolves with it, the page, the
 * pids of the app and of its server, and how to end it. Services of the project are not started.
 */
export async function startApp({ root, electron, home, folder }) {
  const { _electron } = await import('playwright-core');
  mkdirSync(join(home, 'desktop'), { recursive: true });
  writeFileSync(join(home, 'desktop/preferences.json'), JSON.stringify({ theme: 'light', onQuit: 'stop' }));
  process.env.ELECTRON_OVERRIDE_DIST_PATH = dirname(electron.executable);
  const app = await _electron.launch({
    args: [...drivenArguments(), root, ...(folder ? ['--project', folder] : [])],
    cwd: root,
    env: {
      ...process.env,
      MICRO_HOME: home,
      MICRO_NODE: process.execPath,
      MICRO_GATEWAY_PORT: '0',
      MICRO_PROXY_PORT: '0',
    },
  });
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  const page = await app.firstWindow();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  const facts = JSON.parse(readFileSync(join(home, 'server.json'), 'utf8'));
  return {
    app,
    page,
    pid: app.process().pid,
    server: { pid: facts.pid, ready: { proxy: `http://${String(facts.proxy).replace(/^https?:\/\//, '')}` } },
    async end() {
      app.process().kill('SIGTERM');
      await ended;
    },
  };
}

/** Times of the frames, ms, that the page draws until `action` has ended. */
export async function framesWhile(page, action) {
  await page.evaluate(() => {
    const times = [];
    let last = performance.now();
    const frame = (now) => {
      times.push(now - last);
      last = now;
      globalThis.__frames.handle = requestAnimationFrame(frame);
    };
    globalThis.__frames = { times, handle: requestAnimationFrame(frame) };
  });
  await action();
  return page.evaluate(() => {
    cancelAnimationFrame(globalThis.__frames.handle);
    return globalThis.__frames.times.slice(1);
  });
}

/** The value below which `share` (0 to 1) of some numbers lie. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
