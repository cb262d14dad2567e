import { describe, expect, it } from 'vitest';
import { ChildLauncher } from '../../electron/server/host/childLauncher.ts';
import type { LaunchSpec } from '../../electron/server/host/launcher.ts';
import { PtyLauncher } from '../../electron/server/host/ptyLauncher.ts';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { type Collected, collect } from '../helpers/collect.ts';
import { checkProcessLeaks } from '../helpers/leakCheck.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** What every launcher promises, whatever carries the output. */
const launchers = [
  { name: 'on pipes', launcher: new ChildLauncher(), more: {} },
  { name: 'on a pseudo terminal', launcher: new PtyLauncher(), more: { tty: { cols: 80, rows: 24 } } },
];

const env = { ...checkProcessLeaks(), PATH: process.env['PATH'] ?? '' };
const table = createProcessTable();
/** All output in the order of its arrival; a terminal ends its lines with CR LF. */
const text = ({ chunks }: Collected): string =>
  chunks
    .map((chunk) => chunk.text)
    .join('')
    .replaceAll('\r\n', '\n');

describe.each(launchers)('a process $name', ({ launcher, more }) => {
  const launch = (argv: readonly string[], spec: Partial<LaunchSpec> = {}) =>
    launcher.launch({ argv, cwd: '/', env, ...more, ...spec });

  it('gets its arguments as they are, its folder, and no variable but those given', async () => {
    const script = 'printf "%s|" "$@"; pwd; echo "<$HOME>"';
    const collected = collect(await launch(['sh', '-c', script, 'x', 'a b', '$HOME', '*', ''], { cwd: '/usr' }));
    await collected.exit;
    expect(text(collected)).toBe('a b|$HOME|*||/usr\n<>\n');
  });

  it('leads a group of its own and is named for good by pid and start time', async () => {
    const launched = await launch(['sleep', '30']);
    const { exit } = collect(launched);
    // A child of a pseudo terminal becomes a leader itself, a moment after it was made.
    await waitFor('a group of its own', async () => (await table.get(launched.pid))?.pgid === launched.pid);
    expect(await table.get(launched.pid)).toMatchObject({ startTime: launched.startTime });
    process.kill(-launched.pid, 'SIGKILL');
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('tells its exit once, after its last output, and knows it before it is told', async () => {
    const launched = await launch(['sh', '-c', 'seq 1 3000; echo END; exit 7']);
    const told: unknown[] = [];
    let seen = '';
    launched.onDidOutput(({ data }) => (seen += Buffer.from(data).toString()));
    launched.onDidExit((status) => told.push(status, launched.exit, seen.trimEnd().endsWith('END')));
    await waitFor('its exit', () => told.length > 0);
    expect(told).toEqual([{ code: 7, signal: null }, { code: 7, signal: null }, true]);
  });

  it('is heard from its first byte by who listens late', async () => {
    const launched = await launch(['sh', '-c', 'echo early']);
    await waitFor('its end', async () => (await table.get(launched.pid)) === undefined);
    const collected = collect(launched);
    await collected.exit;
    expect(text(collected)).toBe('early\n');
  });

  it('says nothing while it is paused, and everything afterwards', async () => {
    const launched = await launch(['sh', '-c', 'seq 1 50000; echo END']);
    launched.pause();
    const collected = collect(launched);
    expect(launched.exit).toBeUndefined();
    expect(collected.chunks).toEqual([]);
    launched.resume();
    await collected.exit;
    expect(text(collected)).toBe(`${Array.from({ length: 50_000 }, (_, i) => `${i + 1}\n`).join('')}END\n`);
  });

  it('times its output by the wall clock in µs, never going back', async () => {
    const beforeUs = (Date.now() - 1000) * 1000;
    const collected = collect(await launch(['sh', '-c', 'echo a; sleep 0.02; echo b']));
    await collected.exit;
    const times = collected.chunks.map((chunk) => chunk.timeUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(beforeUs);
    expect(times.at(-1)).toBeLessThan((Date.now() + 1000) * 1000);
  });

  it('is refused by name when program or folder is missing, and nothing is left behind', async () => {
    await expect(launch(['no-such-program'])).rejects.toMatchObject({ code: 'launch.command-not-found' });
    await expect(launch(['true'], { cwd: '/no/such/folder' })).rejects.toMatchObject({ code: 'launch.folder-missing' });
    await expect(launch(['/etc/passwd'])).rejects.toMatchObject({ code: 'launch.failed' });
  });
});
