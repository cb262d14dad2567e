import { describe, expect, it } from 'vitest';
import { PtyLauncher } from '../../../electron/server/host/ptyLauncher.ts';
import { FakePty } from '../../helpers/fakes/fakePty.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const env = { Path: 'C:\\node', PATHEXT: '.COM;.EXE;.BAT;.CMD', ComSpec: 'C:\\Windows\\cmd.exe' };
const files = ['c:\\node\\node.exe', 'c:\\node\\npm.cmd'];

async function setUp() {
  const pty = new FakePty();
  const spawned: { file: string; args: string[] | string; options: Record<string, unknown> }[] = [];
  const launcher = new PtyLauncher({
    platform: 'win32',
    isFile: (path) => Promise.resolve(files.includes(path.toLowerCase())),
    startTimeOf: (pid) => Promise.resolve(`start of ${pid}`),
    spawn: (file, args, options) => {
      spawned.push({ file, args, options: options as Record<string, unknown> });
      return pty.asPty();
    },
  });
  const cwd = await tempFolder('conpty');
  const launch = (...argv: string[]) => launcher.launch({ argv, cwd, env, tty: { cols: 91, rows: 17 } });
  return { pty, spawned, launch, cwd };
}

describe('a terminal on Windows', () => {
  it('starts a program by its full path, in its folder, as large as the grid', async () => {
    const { spawned, launch, cwd } = await setUp();
    const launched = await launch('node', 'a b');
    expect(spawned).toMatchObject([
      { file: 'C:\\node\\node.exe', args: ['a b'], options: { cwd, cols: 91, rows: 17, env, encoding: 'utf8' } },
    ]);
    expect(launched).toMatchObject({ pid: 4711, startTime: 'start of 4711' });
  });

  it('hands a batch file to cmd.exe as one line that is quoted already', async () => {
    const { spawned, launch } = await setUp();
    await launch('npm', 'run', 'a&b');
    expect(spawned[0]).toMatchObject({ file: 'C:\\Windows\\cmd.exe' });
    expect(spawned[0]?.args).toMatch(/^\/d \/s \/c ".*npm.*a\^\^\^&b.*"$/);
  });

  it('says which program is not there', async () => {
    const { launch, spawned } = await setUp();
    await expect(launch('nothing')).rejects.toMatchObject({ code: 'launch.command-not-found' });
    expect(spawned).toEqual([]);
  });

  it('reads and writes UTF-8, waits while it is paused, and tells the exit code after the output', async () => {
    const { pty, launch } = await setUp();
    const launched = await launch('node');
    expect(pty.isPaused).toBe(true);
    const told: string[] = [];
    launched.onDidOutput(({ stream, data }) => told.push(`${stream} ${Buffer.from(data).toString()}`));
    launched.onDidExit(({ code, signal }) => told.push(`exit ${code} ${signal}`));
    await waitFor('reading to begin', () => !pty.isPaused);
    pty.says('é猫');
    launched.pause();
    expect(pty.isPaused).toBe(true);
    launched.resume();
    expect(pty.isPaused).toBe(false);
    launched.write(Buffer.from('ü\r'));
    launched.resize(64.9, 0);
    pty.exits(3);
    expect(told).toEqual(['tty é猫', 'exit 3 null']);
    expect(launched.exit).toEqual({ code: 3, signal: null });
    expect(pty.written).toEqual(['ü\r']);
    expect(pty.sizes).toEqual([[64, 1]]);
    launched.write('late');
    launched.resize(80, 24);
    expect(pty.written).toHaveLength(1);
  });

  it('goes away while its size changes without harm', async () => {
    const { pty, launch } = await setUp();
    const launched = await launch('node');
    pty.hasExited = true;
    expect(() => launched.resize(80, 24)).not.toThrow();
  });
});
