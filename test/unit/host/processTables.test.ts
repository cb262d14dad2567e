import { describe, expect, it } from 'vitest';
import { parseStat } from '../../../electron/server/host/processTableLinux.ts';
import {
  MacProcessTable,
  parseLsof,
  parsePs,
  parsePsEnvironment,
  psTimeMs,
} from '../../../electron/server/host/processTableMac.ts';
import {
  parseCimProcesses,
  parseNetstat,
  WindowsProcessTable,
} from '../../../electron/server/host/processTableWindows.ts';
import { parseProcNetTcp } from '../../../electron/server/host/procNetTcp.ts';

describe('the process table of Linux', () => {
  it('reads a name that holds brackets and blanks', () => {
    const info = parseStat(
      42,
      '42 (a) b (c) S 7 40 40 0 -1 4194304 98 0 0 0 150 50 0 0 20 0 9 0 133110 3133440 361 18446744073709551615',
    );
    expect(info).toMatchObject({
      pid: 42,
      ppid: 7,
      pgid: 40,
      command: '[a) b (c]',
      zombie: false,
      cpuMs: 2000,
      threads: 9,
      memoryBytes: 361 * 4096,
    });
    expect(info.startTime).toMatch(/^133110@/);
  });

  it('knows a zombie', () => {
    expect(parseStat(1, '1 (x) Z 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0').zombie).toBe(true);
  });

  it('counts a process whose first thread has ended as alive until its other threads have', () => {
    expect(parseStat(1, '1 (x) Z 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 5 0 0').zombie).toBe(false);
  });

  it('reads listeners of both families and leaves connections out', () => {
    const v4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 20 4 30 10 -1
`;
    expect(parseProcNetTcp(v4, false)).toEqual([
      { address: '127.0.0.1', port: 8080, inode: '111' },
      { address: '0.0.0.0', port: 22, inode: '222' },
    ]);
    const row = (hex: string): string =>
      `  sl\n   0: ${hex}:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1`;
    const address = (hex: string): string | undefined => parseProcNetTcp(row(hex), true)[0]?.address;
    expect(address('00000000000000000000000000000000')).toBe('::');
    expect(address('00000000000000000000000001000000')).toBe('::1');
    expect(address('0000000000000000FFFF00000100007F')).toBe('127.0.0.1');
    expect(address('B80D0120000000000000000001000000')).toBe('2001:db8::1');
  });
});

describe('the process table of macOS', () => {
  const ps = `    1     0     1 Ss    22544   0:33.01 Mon Nov  3 09:12:44 2025     /sbin/launchd
  812   700   812 S+    88064   1:02:03.50 Tue Nov 25 10:00:01 2025     node server.js --port 4001
  813   812   812 Z         0   0:00.00 Tue Nov 25 10:00:02 2025     (node)
`;

  it('is read from ps', () => {
    expect(parsePs(ps)).toEqual([
      expect.objectContaining({ pid: 1, ppid: 0, pgid: 1, command: '/sbin/launchd', cpuMs: 33_010 }),
      {
        pid: 812,
        ppid: 700,
        pgid: 812,
        startTime: 'Tue Nov 25 10:00:01 2025',
        command: 'node server.js --port 4001',
        zombie: false,
        cpuMs: 3_723_500,
        memoryBytes: 88064 * 1024,
        threads: 0,
      },
      expect.objectContaining({ pid: 813, zombie: true }),
    ]);
    expect(psTimeMs('2-01:00:00')).toBe(49 * 3600 * 1000);
  });

  it('finds a marker behind the command', () => {
    const found = parsePsEnvironment(
      ' 812 node a.js HOME=/u MICRO_INSTANCE_ID=i-7 PATH=/bin\n 900 vi MICRO_INSTANCE_IDX=i-7\n',
      'MICRO_INSTANCE_ID',
    );
    expect(found).toEqual(new Map([['i-7', [812]]]));
  });

  it('reads listeners from lsof', () => {
    expect(parseLsof('p812\ncnode\nf22\nn*:4001\nTST=LISTEN\nn[::1]:4002\np9\ncredis\nf6\nn127.0.0.1:6379\n')).toEqual([
      { address: '0.0.0.0', port: 4001, pid: 812, command: 'node' },
      { address: '::1', port: 4002, pid: 812, command: 'node' },
      { address: '127.0.0.1', port: 6379, pid: 9, command: 'redis' },
    ]);
  });

  it('asks for the given processes only, and counts a zombie as gone', async () => {
    const asked: string[][] = [];
    const table = new MacProcessTable(async (program, args) => {
      asked.push([program, ...args]);
      return program === 'ps' ? (ps.split('\n')[2] ?? '') : '';
    });
    expect(await table.get(813)).toBeUndefined();
    await table.listeners(new Set([5, 6]));
    expect(asked[1]).toEqual(['lsof', '-nP', '-iTCP', '-sTCP:LISTEN', '-a', '-p', '5,6', '-FpcnT']);
    expect(await table.listeners(new Set())).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});

describe('the process table of Windows', () => {
  const row = {
    ProcessId: 812,
    ParentProcessId: 700,
    Start: '134085132012345678',
    Name: 'node.exe',
    CommandLine: '"C:\\Program Files\\nodejs\\node.exe" a.js',
    Cpu: 25_000_000,
    WorkingSetSize: 50_000_000,
    ThreadCount: 12,
  };

  it('is read from CIM, one process or many', () => {
    const info = {
      pid: 812,
      ppid: 700,
      pgid: 0,
      startTime: '134085132012345678',
      command: '"C:\\Program Files\\nodejs\\node.exe" a.js',
      zombie: false,
      cpuMs: 2500,
      memoryBytes: 50_000_000,
      threads: 12,
    };
    expect(parseCimProcesses(JSON.stringify(row))).toEqual([info]);
    expect(
      parseCimProcesses(`\uFEFF${JSON.stringify([row, { ...row, ProcessId: 4, CommandLine: null, Start: null }])}`),
    ).toEqual([info, { ...info, pid: 4, command: 'node.exe', startTime: '' }]);
    expect(parseCimProcesses('')).toEqual([]);
  });

  const netstat = `
Active Connections

  Proto  Local Address          Foreign Address        State           PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1036
  TCP    127.0.0.1:4001         0.0.0.0:0              ABHÖREN         812
  TCP    127.0.0.1:4001         127.0.0.1:50123        ESTABLISHED     812
  TCP    [::]:4002              [::]:0                 LISTENING       812
`;

  it('reads listeners from netstat in any language', () => {
    expect(parseNetstat(netstat)).toEqual([
      { address: '0.0.0.0', port: 135, pid: 1036 },
      { address: '127.0.0.1', port: 4001, pid: 812 },
      { address: '::', port: 4002, pid: 812 },
    ]);
  });

  it('names the program that listens', async () => {
    const table = new WindowsProcessTable(async (program, args) => {
      if (program === 'netstat') return args.includes('TCP') ? netstat : '';
      return JSON.stringify(row);
    });
    const listeners = await table.listeners(new Set([812]));
    expect(listeners.map(({ port, command }) => [port, command])).toEqual([
      [4001, row.CommandLine],
      [4002, row.CommandLine],
    ]);
  });
});
