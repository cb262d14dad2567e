import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ensureBundles } from '../helpers/bundle.ts';
import {
  electronRuntime,
  type LaunchedApp,
  launchApp,
  processesOfHome,
  type ServerAddress,
  testEnvironment,
} from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

/** Launches the app as a person would a second time; resolves with how it ended. */
async function launchAgain(
  home: string,
  args: string[],
  handleStart: (child: ChildProcess) => void = () => {},
): Promise<{ code: number | null; output: string }> {
  const root = await ensureBundles('desktop');
  const { executable, switches } = await electronRuntime();
  const child = spawn(executable, [...switches, root, ...args], { env: testEnvironment(home) });
  handleStart(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  // Its end may be heard of before its last words: on a busy machine both are there at the same look.
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

describe('one app at a time', () => {
  test('DT-03 a second launch hands over what it was asked for and ends', async () => {
    const folder = await writeSampleProject(await tempFolder('late'), 'late', [{ name: 'late-one' }]);
    launched = await launchApp();
    const server = await launched.server();
    const { code, output } = await launchAgain(launched.home, ['--project', folder, '--open', 'late-one']);
    expect(code).toBe(0);
    expect(output).toContain('open already');
    await waitFor(
      'the handed over project to run',
      async () => {
        return (await statusOf(server)).get('late-one')?.status === 'STATUS_RUNNING';
      },
      40_000,
    );
    // The same server, and no second one: nothing was opened twice.
    expect((await launched.server()).pid).toBe(server.pid);
    const log = await readFile(join(launched.home, 'logs', 'desktop.log'), 'utf8');
    expect(log).toContain('a second launch handed over');
    expect(log.match(/starting the server/g)).toHaveLength(1);
    expect(await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('DT-03 of two that are launched at nearly the same time one goes on, with what both were asked for', async () => {
    await ensureBundles('desktop', 'node', 'sdk', 'renderer');
    const folder = await tempFolder('both');
    const home = join(folder, 'home');
    await mkdir(join(home, 'desktop'), { recursive: true });
    await writeFile(join(home, 'desktop', 'preferences.json'), JSON.stringify({ onQuit: 'stop' }));
    const started: ChildProcess[] = [];
    const readLog = (): Promise<string> => readFile(join(home, 'logs', 'desktop.log'), 'utf8');
    try {
      const ends = await Promise.all(
        ['one', 'two'].map(async (name) => {
          const project = await writeSampleProject(join(folder, name), name, [{ name }]);
          return { end: launchAgain(home, ['--project', project], (child) => started.push(child)) };
        }),
      );
      const first = await Promise.race(ends.map(({ end }) => end));
      expect(first.code).toBe(0);
      expect(first.output).toContain('open already');
      await waitFor(
        'both projects to run',
        async () => {
          const text = await readFile(join(home, 'server.json'), 'utf8').catch(() => undefined);
          if (text === undefined) return false;
          const seen = await statusOf(JSON.parse(text) as ServerAddress).catch(() => undefined);
          return ['one', 'two'].every((name) => seen?.get(name)?.status === 'STATUS_RUNNING');
        },
        60_000,
      ).catch(async (error: Error) => {
        // Only the log tells what became of what was handed over.
        throw new Error(`${error.message}\n${await readLog()}`, { cause: error });
      });
      const log = await readLog();
      expect(log.match(/started: version/g)).toHaveLength(1);
      expect(log.match(/starting the server/g)).toHaveLength(1);
      for (const child of started) child.kill('SIGTERM');
      const all = await Promise.all(ends.map(({ end }) => end));
      expect(all.map(({ code }) => code)).toEqual([0, 0]);
      await waitFor('everything to end', async () => (await processesOfHome(home)).length === 0, 40_000);
    } finally {
      for (const { pid } of await processesOfHome(home)) process.kill(pid, 'SIGKILL');
    }
  });

  test('DT-03 after a crash of everything the next launch works, and takes over the lock of another host with a word', async () => {
    launched = await launchApp();
    await launched.server();
    process.kill(launched.pid, 'SIGKILL');
    await waitFor('the app to be gone', () => launched?.end() === 'SIGKILL');
    const home = launched.home;
    launched = await launchApp({ home });
    await launched.server();
    await launched.quit();

    await symlink('another-host-4242', join(home, 'desktop', 'SingletonLock'));
    launched = await launchApp({ home });
    await launched.server();
    expect(await launched.page.title()).toContain('Micro Desktop');
  });
});
