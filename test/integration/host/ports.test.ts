import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ChildLauncher } from '../../../electron/server/host/childLauncher.ts';
import { Ports, portTaken, programName, splitOwnership } from '../../../electron/server/host/ports.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { collect } from '../../helpers/collect.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { checkProcessLeaks } from '../../helpers/leakCheck.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const mark = checkProcessLeaks();
const table = createProcessTable();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(host: string, port = 0): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host.includes(':') }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a port', () => {
  it('is taken when anything listens on it, on whichever address', async () => {
    const ports = new Ports(table);
    for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
      const port = await listen(host).catch(() => undefined);
      if (port === undefined && host.includes(':')) continue; // A machine without IPv6.
      expect(await ports.isFree(port ?? 0), host).toBe(false);
    }
  });

  it('is told with the process that holds it', async () => {
    const ports = new Ports(table);
    const port = await listen('127.0.0.1');
    expect(await ports.owner(port)).toMatchObject({ port, pid: process.pid, name: 'node' });
    await expect(ports.requireFree(port)).rejects.toMatchObject({
      code: 'port.taken',
      message: `port ${port} is held by node (pid ${process.pid})`,
    });
    const free = await ports.findFree();
    await ports.requireFree(free);
    expect(await ports.owner(free)).toBeUndefined();
  });

  it('is handed out once, also to callers of the same moment', async () => {
    const ports = new Ports(table);
    const found = await Promise.all(Array.from({ length: 100 }, () => ports.findFree()));
    expect(new Set(found).size).toBe(100);
    for (const port of found) expect(await ports.isFree(port)).toBe(true);
  });

  it('that was wanted again is given again, unless it is held or was just handed out', async () => {
    const clock = new FakeClock();
    const ports = new Ports(table, { clock });
    const port = await ports.findFree();
    expect(await ports.findFree(port)).not.toBe(port);
    ports.release(port);
    expect(await ports.findFree(port)).toBe(port);
    await clock.advance(61_000);
    expect(await ports.findFree(port)).toBe(port);
    const held = await listen('127.0.0.1');
    expect(await ports.findFree(held)).not.toBe(held);
  });
});

describe('the owner of a listener', () => {
  it('SUP-16 is told apart: a listener of the new tree proves readiness, a foreign one does not', async () => {
    const port = await listen('127.0.0.1');
    const launched = await new ChildLauncher().launch({
      argv: [
        process.execPath,
        '-e',
        'const s=require("net").createServer().listen(0,"127.0.0.1",()=>console.log(s.address().port))',
      ],
      cwd: '/',
      env: { ...mark },
    });
    const output = collect(launched);
    const own = Number(await waitFor('its port', () => /\d+\n/.exec(output.stdout)?.[0]));
    const members = new Set([launched.pid]);
    const listeners = await table.listeners();
    expect(splitOwnership(listeners, own, members)).toMatchObject({ own: [{ pid: launched.pid }], foreign: [] });
    expect(splitOwnership(listeners, port, members)).toMatchObject({ own: [], foreign: [{ pid: process.pid }] });
    expect(await table.listeners(members)).toMatchObject([{ port: own, pid: launched.pid, address: '127.0.0.1' }]);
    process.kill(launched.pid, 'SIGKILL');
    await output.exit;
  });

  it('is named by its program', () => {
    expect(programName('/usr/bin/node server.js')).toBe('node');
    expect(programName('"C:\\Program Files\\nodejs\\node.exe" a.js')).toBe('node');
    expect(programName('nginx: master process')).toBe('nginx');
    expect(portTaken(80, undefined).message).toBe('port 80 is held by another process');
  });
});
