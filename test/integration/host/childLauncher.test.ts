import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MicroError } from '../../../shared/contract/errors.ts';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import { planCommand } from '../../../electron/server/host/commandLine.ts';
import type { LaunchedProcess } from '../../../electron/server/host/launcher.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { collect } from '../../helpers/collect.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const mark = checkProcessLeaks();
const launcher = new ChildLauncher();
const env = { ...mark, PATH: process.env['PATH'] ?? '' };
const launch = (argv: readonly string[], more: Record<string, string> = {}, cwd = '/'): Promise<LaunchedProcess> =>
  launcher.launch({ argv, cwd, env: { ...env, ...more } });
const run = async (argv: readonly string[]) => {
  const collected = collect(await launch(argv));
  return { ...(await collected.exit), collected };
};
const failure = async (promise: Promise<unknown>): Promise<MicroError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof MicroError)) throw new Error(`expected a MicroError, got ${String(error)}`);
  return error;
};

describe('a started process', () => {
  it('gets exactly its arguments, its environment and an empty standard input', async () => {
    const { collected } = await run(['sh', '-c', 'printf "%s|" "$@"; cat; echo end >&2', 'x', 'a b', '$HOME', '*']);
    expect(collected.stdout).toBe('a b|$HOME|*|');
    expect(collected.stderr).toBe('end\n');
    const printed = collect(await launch(['env'], { A: 'ü' }));
    await printed.exit;
    expect(printed.stdout.trim().split('\n').sort()).toEqual(
      Object.entries({ ...env, A: 'ü' })
        .map(([k, v]) => `${k}=${v}`)
        .sort(),
    );
  });

  it('leads a process group and tells its start time as the process table does', async () => {
    const process = await launch(['sleep', '30']);
    const exit = collect(process).exit;
    const info = await createProcessTable().get(process.pid);
    expect(info).toMatchObject({ pgid: process.pid, startTime: process.startTime });
    globalThis.process.kill(process.pid, 'SIGKILL');
    await exit;
  });

  it('loses no output to a listener that is added later', async () => {
    const process = await launch(['sh', '-c', 'echo early; exit 3']);
    await waitFor('its end', async () => (await createProcessTable().get(process.pid)) === undefined);
    const collected = collect(process);
    expect(await collected.exit).toEqual({ code: 3, signal: null });
    expect(collected.stdout).toBe('early\n');
  });

  it('that writes much and ends at once is heard to the last byte, before its exit is told', async () => {
    for (let i = 0; i < 20; i++) {
      const { collected } = await run(['sh', '-c', 'seq 1 20000; echo END']);
      expect(collected.stdout.endsWith('20000\nEND\n')).toBe(true);
    }
  });

  it('LOG-07 with gaps of 2 ms its two outputs keep their order, and times never go back', async () => {
    const script = `const { writeSync } = require('fs');
      const gap = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      for (let i = 0; i < 300; i++) { writeSync(1, 'out ' + i + '\\n'); gap(); writeSync(2, 'err ' + i + '\\n'); gap(); }`;
    const { collected } = await run([globalThis.process.execPath, '-e', script]);
    const lines = collected.chunks.flatMap((chunk) => chunk.text.trim().split('\n'));
    expect(lines).toHaveLength(600);
    const times = collected.chunks.map((chunk) => chunk.timeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    // The server was busy elsewhere for longer than the gap when lines come together; then they cannot be told apart.
    const swapped = lines.filter((line, i) => line !== `${i % 2 ? 'err' : 'out'} ${Math.floor(i / 2)}`).length;
    expect(swapped).toBeLessThanOrEqual(30);
  });

  it('blocks while its output is paused and goes on afterwards', async () => {
    const process = await launch(['sh', '-c', 'seq 1 200000; echo END']);
    process.pause();
    const collected = collect(process);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(collected.stdout).toBe('');
    expect(process.exit).toBeUndefined();
    process.resume();
    await collected.exit;
    expect(collected.stdout.endsWith('200000\nEND\n')).toBe(true);
  });

  it('that ends while its output is paused is heard after the pause, and only then ended', async () => {
    const process = await launch(['sh', '-c', 'echo last words']);
    const collected = collect(process);
    process.pause();
    await waitFor('its end', async () => (await createProcessTable().get(process.pid)) === undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(collected.stdout).toBe('');
    expect(process.exit).toBeUndefined();
    process.resume();
    await collected.exit;
    expect(collected.stdout).toBe('last words\n');
  });
});

describe('the exit status', () => {
  it('SUP-17 tells the signal or the code, never null for both', async () => {
    expect(await run(['sh', '-c', 'kill -SEGV $$'])).toMatchObject({ code: null, signal: 'SIGSEGV' });
    expect(await run(['sh', '-c', 'exit 137'])).toMatchObject({ code: 137, signal: null });
    const process = await launch(['sleep', '617']);
    const { exit } = collect(process);
    globalThis.process.kill(process.pid, 'SIGKILL');
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(process.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is told although a survivor holds the output open, and the survivor is still heard', async () => {
    const folder = await tempFolder('launch');
    const go = join(folder, 'go');
    const process = await launch([
      'sh',
      '-c',
      `(while [ ! -e ${go} ]; do sleep 0.02; done; echo late) & echo first; exit 5`,
    ]);
    const collected = collect(process);
    expect(await collected.exit).toEqual({ code: 5, signal: null });
    expect(collected.stdout).toBe('first\n');
    await writeFile(go, '');
    await waitFor('the late line', () => collected.stdout === 'first\nlate\n');
  });

  it('is told although a survivor never stops writing', async () => {
    const process = await launch(['sh', '-c', 'yes & echo $! >&2; exit 0']);
    const collected = collect(process);
    expect(await collected.exit).toEqual({ code: 0, signal: null });
    globalThis.process.kill(Number(collected.stderr), 'SIGKILL');
  });

  it('belongs to the program itself when the shell was replaced', async () => {
    const { argv } = planCommand('X=1 sleep $((30))', 'linux');
    const process = await launch(argv);
    const { exit } = collect(process);
    await waitFor('sleep', async () => (await createProcessTable().get(process.pid))?.command === 'sleep 30');
    globalThis.process.kill(process.pid, 'SIGTERM');
    expect(await exit).toEqual({ code: null, signal: 'SIGTERM' });
  });
});

describe('a launch that fails', () => {
  it('names the program that is missing and how to get it', async () => {
    const error = await failure(launch(['go', 'run', '.'], { PATH: '/nowhere' }));
    expect(error.code).toBe('launch.command-not-found');
    expect(error.message).toContain('go');
    expect(error.next).toContain('https://go.dev');
    expect((await failure(launch(['./missing']))).code).toBe('launch.command-not-found');
  });

  it('names the folder that is missing, or is none', async () => {
    const folder = await tempFolder('launch');
    const missing = await failure(launch(['true'], {}, join(folder, 'gone')));
    expect(missing.code).toBe('launch.folder-missing');
    expect(missing.message).toContain(join(folder, 'gone'));
    await writeFile(join(folder, 'file'), '');
    expect((await failure(launch(['true'], {}, join(folder, 'file')))).code).toBe('launch.folder-missing');
  });

  it('names the interpreter that a script lacks, and what may not be executed', async () => {
    const folder = await tempFolder('launch');
    await writeFile(join(folder, 'script'), '#!/opt/gone/python9\n');
    const denied = await failure(launch(['./script'], {}, folder));
    expect(denied.code).toBe('launch.failed');
    expect(denied.next).toContain('chmod +x');
    await chmod(join(folder, 'script'), 0o755);
    const error = await failure(launch(['./script'], {}, folder));
    expect(error.code).toBe('launch.command-not-found');
    expect(error.message).toContain('/opt/gone/python9');
  });

  it('SUP-14 says which variable is too large and how large it is, and the next launch is fine', async () => {
    const error = await failure(launch(['true'], { BIG: 'x'.repeat(140_000) }));
    expect(error.code).toBe('launch.environment-too-large');
    expect(error.message).toBe('variable BIG is 140 004 bytes, the limit is about 128 KiB');
    expect(error.details).toMatchObject({ variable: 'BIG', bytes: 140_004 });
    expect(await run(['true'])).toMatchObject({ code: 0 });
  });

  it('SUP-14 says so when all variables together are too large', async () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`V${i}`, 'x'.repeat(120_000)]));
    const error = await failure(launch(['true'], many));
    expect(error.code).toBe('launch.environment-too-large');
    expect(error.message).toMatch(/the biggest variable is V\d+ with 120 00\d bytes/);
  });

  it('SUP-14 the largest variable that is let through really starts', async () => {
    const name = 'EDGE';
    const fits = 131_071 - name.length - 1;
    const collected = collect(await launch(['sh', '-c', 'echo ${#EDGE}'], { [name]: 'x'.repeat(fits) }));
    expect(await collected.exit).toMatchObject({ code: 0 });
    expect(collected.stdout.trim()).toBe(String(fits));
    expect((await failure(launch(['true'], { [name]: 'x'.repeat(fits + 1) }))).code).toBe(
      'launch.environment-too-large',
    );
  });
});
