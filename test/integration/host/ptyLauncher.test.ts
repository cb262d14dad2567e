import { describe, expect, it } from 'vitest';
import type { LaunchedProcess } from '../../../electron/server/host/launcher.ts';
import { PtyLauncher } from '../../../electron/server/host/ptyLauncher.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { collect } from '../../helpers/collect.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const mark = checkProcessLeaks();
const launcher = new PtyLauncher();
const env = { ...mark, PATH: process.env['PATH'] ?? '', ELECTRON_RUN_AS_NODE: '1' };
const launch = (argv: readonly string[], tty = { cols: 90, rows: 33 }): Promise<LaunchedProcess> =>
  launcher.launch({ argv, cwd: '/', env, tty });

describe('a process on a pseudo terminal', () => {
  it('TRM-09 has a terminal of the given size on input and output', async () => {
    const collected = collect(await launch(['sh', '-c', 'test -t 0 && echo in; test -t 1 && echo out; stty size']));
    expect(await collected.exit).toEqual({ code: 0, signal: null });
    expect(collected.tty).toBe('in\r\nout\r\n33 90\r\n');
  });

  it('TRM-09 can be typed into, with echo and line editing', async () => {
    const process = await launch(['sh', '-c', 'read x; echo got $x']);
    const collected = collect(process);
    process.write('hé\x7fello\r');
    await collected.exit;
    expect(collected.tty).toContain('got hello\r\n');
  });

  it('TRM-09 prints as it goes, without waiting for its end', async () => {
    const process = await launch([globalThis.process.execPath, '-e', 'console.log("tick"); setTimeout(() => {}, 1e6)']);
    const collected = collect(process);
    await waitFor('a tick', () => collected.tty.includes('tick'));
    globalThis.process.kill(process.pid, 'SIGTERM');
    expect(await collected.exit).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('leads a session and a group, and does not inherit what makes Electron a plain Node', async () => {
    const process = await launch(['sh', '-c', 'ps -o pgid=,sid= -p $$; echo "<$ELECTRON_RUN_AS_NODE>"; read x']);
    const collected = collect(process);
    await waitFor('its line', () => collected.tty.includes('>'));
    const [ids = '', flag] = collected.tty.split('\r\n');
    expect(ids.trim().split(/\s+/).map(Number)).toEqual([process.pid, process.pid]);
    expect(flag).toBe('<>');
    expect((await createProcessTable().get(process.pid))?.startTime).toBe(process.startTime);
    process.write('\r');
    await collected.exit;
  });

  it('sees a new size, also one that is set before it runs', async () => {
    const process = await launch(['sh', '-c', 'read x; stty size; read x; stty size']);
    const collected = collect(process);
    process.resize(120, 40);
    process.write('\r');
    await waitFor('the first size', () => collected.tty.includes('40 120'));
    process.resize(50, 10);
    process.write('\r');
    await collected.exit;
    expect(collected.tty).toContain('10 50');
    process.resize(10, 10);
    process.write('nobody');
  });

  it('loses nothing of 200 programs that write and end at once', async () => {
    let lost = 0;
    for (let i = 0; i < 200; i++) {
      const collected = collect(await launch(['bash', '-c', 'echo start; seq 1 2000; echo END']));
      await collected.exit;
      if (!collected.tty.startsWith('start\r\n') || !collected.tty.endsWith('2000\r\nEND\r\n')) lost++;
    }
    expect(lost).toBe(0);
  });

  it('loses nothing when its output is paused while it ends, however long', async () => {
    const process = await launch(['bash', '-c', 'echo start; seq 1 500; echo END']);
    process.pause();
    const collected = collect(process);
    await waitFor('its end', async () => (await createProcessTable().get(process.pid)) === undefined);
    // Longer than the 200 ms after which node-pty gives up on its own.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(process.exit).toBeUndefined();
    process.resume();
    expect(await collected.exit).toEqual({ code: 0, signal: null });
    expect(collected.tty.endsWith('500\r\nEND\r\n')).toBe(true);
  });

  it('passes bytes through as they are, UTF-8 or not', async () => {
    const process = await launch(['printf', '├ 猫 👍 é|\\377\\000\\001']);
    const bytes: number[] = [];
    process.onDidOutput(({ data }) => bytes.push(...data));
    await new Promise((resolve) => process.onDidExit(resolve));
    expect(Buffer.from(bytes)).toEqual(Buffer.concat([Buffer.from('├ 猫 👍 é|'), Buffer.from([255, 0, 1])]));
  });

  it('takes a long paste whole', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const process = await launch([
      'sh',
      '-c',
      'stty raw -echo; echo ready; head -c "$1" | cksum',
      'x',
      String(text.length),
    ]);
    const collected = collect(process);
    await waitFor('ready', () => collected.tty.includes('ready'));
    const plain = collect(await launch(['sh', '-c', 'seq -f "line %.0f" 0 19999 | cksum']));
    await plain.exit;
    process.write(text);
    await collected.exit;
    expect(collected.tty).toContain(plain.tty.trim());
  });

  it('tells its end although a survivor holds the terminal, and still hears it', async () => {
    const process = await launch([
      'bash',
      '-c',
      'trap "" HUP; (read -t 0.3 x </dev/zero; sleep 0.4; echo late) & echo first; exit 4',
    ]);
    const collected = collect(process);
    expect(await collected.exit).toEqual({ code: 4, signal: null });
    expect(collected.tty).toBe('first\r\n');
    await waitFor('the late line', () => collected.tty.includes('late'));
  });

  it('fails like any other launch when program or folder is missing', async () => {
    await expect(launch(['no-such-program'])).rejects.toMatchObject({ code: 'launch.command-not-found' });
    await expect(launch(['/etc/passwd'])).rejects.toMatchObject({ code: 'launch.failed' });
    await expect(launcher.launch({ argv: ['true'], cwd: '/gone', env })).rejects.toMatchObject({
      code: 'launch.folder-missing',
    });
  });
});
