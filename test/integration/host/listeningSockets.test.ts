import { createServer, connect } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listeningSockets } from '../../../electron/server/host/listeningSockets.ts';
import { LinuxProcessTable } from '../../../electron/server/host/processTableLinux.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (port: number, state: string, inode: number): string =>
  `   0: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;

describe('the listening sockets of the machine', () => {
  it('are all read, however many there are, also with half-open connections among them', async () => {
    const proc = await tempFolder('proc');
    await mkdir(join(proc, 'net'));
    const ports = Array.from({ length: 300 }, (_, index) => 20_000 + index);
    const listening = ports.map((port) => `${row(port, '0A', port)}${port % 50 === 0 ? row(port, '03', 0) : ''}`);
    const waiting = Array.from({ length: 300 }, (_, index) => row(1000 + index, '06', 0));
    await writeFile(join(proc, 'net/tcp'), [head, ...listening, ...waiting].join(''));
    expect((await listeningSockets(proc)).map(({ port }) => port)).toEqual(ports);
  });

  it('are none when there are only connections, or no table', async () => {
    const proc = await tempFolder('proc');
    expect(await listeningSockets(proc)).toEqual([]);
    await mkdir(join(proc, 'net'));
    await writeFile(join(proc, 'net/tcp'), head + row(80, '01', 7));
    expect(await listeningSockets(proc)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('name who listens, and a connection to a port is no listener', async () => {
    const table = new LinuxProcessTable();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const { localPort } = socket;
    try {
      expect(await table.listensOn(process.pid, port)).toBe(true);
      expect(await table.listensOn(process.ppid, port)).toBe(false);
      expect(await table.listensOn(process.pid, localPort as number)).toBe(false);
      const own = await table.listeners(new Set([process.pid]));
      expect(own.map((listener) => listener.port)).toContain(port);
    } finally {
      socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
