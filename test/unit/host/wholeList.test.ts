import { expect, it } from 'vitest';
import { MacProcessTable } from '../../../electron/server/host/processTableMac.ts';
import { WindowsProcessTable } from '../../../electron/server/host/processTableWindows.ts';

const mac = (pid: number): string => `${pid} 1 ${pid} S 100 0:00.10 Mon Dec  1 05:00:00 2025 node server.cjs`;
const windows = (pid: number): string =>
  JSON.stringify({
    ProcessId: pid,
    ParentProcessId: 1,
    Start: '1',
    Name: 'node.exe',
    CommandLine: null,
    Cpu: 0,
    WorkingSetSize: 1,
    ThreadCount: 1,
  });

it.each([
  ['macOS', MacProcessTable, mac],
  ['Windows', WindowsProcessTable, windows],
] as const)(
  'on %s a list that was cut off is made again: what is missing in it would count as ended',
  async (_system, Table, row) => {
    const answers = ['[{"Proc', row(4711), row(process.pid)];
    let asked = 0;
    const table = new Table(async () => answers[asked++] ?? '');
    expect((await table.list()).map(({ pid }) => pid)).toEqual([process.pid]);
    expect(asked).toBe(3);
    // Where it can never be made, nobody waits for ever.
    expect(await table.list()).toEqual([]);
    expect(asked).toBe(6);
  },
);
