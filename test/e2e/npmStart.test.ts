import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ensureBundles } from '../helpers/bundle.ts';
import { processesOfHome, testEnvironment } from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let child: ChildProcess | undefined;
let home: string | undefined;

afterEach(async () => {
  child?.kill('SIGKILL');
  if (home === undefined) return;
  for (const { pid } of await processesOfHome(home)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** Runs `npm start` as in a terminal; resolves with what it wrote once both services run. */
async function start(words: string[]): Promise<{ output: () => string; ended: Promise<number | null> }> {
  const root = await ensureBundles('desktop', 'node', 'sdk', 'renderer');
  home = await mkdtemp(join(tmpdir(), 'micro-start-'));
  const own = home;
  await mkdir(join(home, 'desktop'), { recursive: true });
  // Ctrl-C is an answer: the question "stop everything or keep running?" must not come up.
  await writeFile(join(home, 'desktop', 'preferences.json'), JSON.stringify({ theme: 'light', onQuit: 'ask' }));
  const folder = await writeSampleProject(await tempFolder('start'), 'pair', [
    { name: 'web', dependsOn: ['mail'] },
    { name: 'mail' },
  ]);
  const started = spawn('npm', ['start', '--', '--project', folder, ...words], {
    cwd: root,
    env: testEnvironment(home),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child = started;
  let text = '';
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
  const ended = new Promise<number | null>((resolve) => started.on('close', (code) => resolve(code)));
  await waitFor(
    'both services to run',
    async () => {
      const server = JSON.parse(await readFile(join(own, 'server.json'), 'utf8')) as { proxy: string; token: string };
      const seen = [...(await statusOf(server)).values()];
      return seen.length === 2 && seen.every((service) => service.status === 'STATUS_RUNNING');
    },
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`npm start wrote:\n${text}`, { cause: error });
  });
  return { output: () => text, ended };
}

/** Ctrl-C in a terminal: every process of the foreground group gets the signal, npm passes it on once more. */
function pressControlC(): void {
  process.kill(-(child?.pid as number), 'SIGINT');
}

describe.skipIf(process.platform === 'win32')('npm start', () => {
  test('opens the app with the services of a project running; Ctrl-C ends all of it in order', async () => {
    const { output, ended } = await start([]);
    expect(output()).toContain('packages: already installed');
    expect(output()).toContain('Opening the app on');
    pressControlC();
    await ended;
    expect(await waitFor('everything to end', async () => (await processesOfHome(home as string)).length === 0)).toBe(
      true,
    );
    const log = await readFile(join(home as string, 'logs', 'desktop.log'), 'utf8');
    expect(log).toMatch(/ended\n$/);
    expect(log).not.toContain('ending everything at once');
  });

  test('shows the app in the browser with a link that works once; Ctrl-C ends all of it in order', async () => {
    const { output, ended } = await start(['--browser']);
    const link = await waitFor('the link', () => /http:\/\/127\.0\.0\.1:\d+\/_ui\/\?code=\S+/.exec(output())?.[0]);
    const first = await fetch(link, { redirect: 'manual' });
    expect(first.status).toBe(303);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const page = await fetch(new URL('/_ui/', link), { headers: { cookie: cookie.split(';')[0] as string } });
    expect(await page.text()).toContain('<div id="root">');
    const again = await fetch(link, { redirect: 'manual' });
    expect(again.status).toBe(401);
    pressControlC();
    await ended;
    expect(await waitFor('everything to end', async () => (await processesOfHome(home as string)).length === 0)).toBe(
      true,
    );
    expect(output()).toMatch(
      /web +stopping\nweb +the server was stopped\nmail +stopping\nmail +the server was stopped/,
    );
    expect(output()).not.toContain('again: ending everything at once');
  });
});
