import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createConnectionOwners } from '../../../electron/server/host/connectionOwners.ts';
import { procRows } from '../../../electron/server/host/procRows.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const CONNECTIONS = 4;

describe('the rows of a table of /proc', () => {
  it('come whole, however long the table and each of them is', async () => {
    const path = join(await tempFolder('proc'), 'tcp');
    const rows = Array.from({ length: 3000 }, (_, index) => `${index} ${'x'.repeat(index % 400)}\n`);
    await writeFile(path, rows.join(''));
    const found: string[] = [];
    for await (const some of procRows(path)) {
      expect(some.endsWith('\n')).toBe(true);
      found.push(some);
    }
    expect(found.join('')).toBe(rows.join(''));
  });

  it('are none of a table that is not there', async () => {
    for await (const some of procRows('/proc/nothing/here')) expect(some).toBe(undefined);
  });
});

describe.runIf(process.platform === 'linux')('the owner of a connection', () => {
  it('is found for each of some connections at once, and not looked for once it is closed', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const ports: number[] = [];
    const all = new Promise<void>((resolve) => {
      server.on('connection', (socket) => {
        ports.push(socket.remotePort as number);
        socket.on('error', () => {});
        if (ports.length === CONNECTIONS) resolve();
      });
    });
    const client = spawn(
      process.execPath,
      ['-e', `for (let i = 0; i < ${CONNECTIONS}; i++) require('node:net').connect(${port}, '127.0.0.1')`],
      { stdio: 'ignore' },
    );
    try {
      await all;
      const owners = createConnectionOwners();
      const found = await Promise.all(ports.map((own) => owners.ownerOf(own, port, () => true)));
      expect(found).toEqual(ports.map(() => client.pid));
      const unknown = createConnectionOwners();
      expect(await unknown.ownerOf(ports[0] as number, port, () => false)).toBe(undefined);
    } finally {
      client.kill('SIGKILL');
      await new Promise((resolve) => client.once('exit', resolve));
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
