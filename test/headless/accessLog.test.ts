import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = await tempFolder('access');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(words, { home });

const lines = async (name: string) =>
  (await micro('logs', name, '--stream', 'stdout')).out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { path: string; status: number; client: string });

it('requests are lines of the logs gateway and proxy, by name alone, without their secrets', async () => {
  expect(await micro('logs', 'gateway')).toMatchObject({ code: 0, out: '' });
  await fetch(`${server.gateway}/nobody/x?password=hunter2`, { headers: { authorization: 'Bearer hunter3' } });
  await fetch(`${server.proxy}/nobody/y?page=1`);
  await waitFor('both are written', async () => (await lines('gateway')).length + (await lines('proxy')).length === 2);
  expect(await lines('gateway')).toMatchObject([{ path: '/nobody/x?password=…', status: 404, client: '127.0.0.1' }]);
  expect(await lines('micro.proxy')).toMatchObject([{ path: '/nobody/y?page=1', status: 404 }]);
  expect((await micro('logs', 'gateway')).out).not.toContain('hunter');
  await micro('store', 'list', '--json');
  await waitFor('calls of core services are there too', async () =>
    (await lines('proxy')).some(({ path }) => /^\/(?:store|records)\./.test(path)),
  );
  expect((await lines('proxy')).some(({ path }) => path.startsWith('/desktop.'))).toBe(false);
  const all = await micro('logs', '--all');
  expect([all.code, all.out.includes('/nobody')]).toEqual([0, false]);
  expect((await micro('logs', 'gateway', '--level', 'warn', '--count')).out).toBe('1\n');
});

it('a call of a core service by the gateway stands in its log alone', async () => {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const ask = (url: string) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    }).then((response) => response.status);
  expect(await ask(`${server.gateway}/store/list`)).toBe(200);
  expect(await ask(`${server.proxy}/store.Store/Databases`)).toBe(200);
  await waitFor(
    'both are written',
    async () => (await lines('gateway')).length > 0 && (await lines('proxy')).length > 0,
  );
  expect(await lines('gateway')).toMatchObject([{ path: '/store/list', service: 'store', status: 200 }]);
  expect((await lines('proxy')).map(({ path }) => path)).toEqual(['/store.Store/Databases']);
});

it('the setting switches it off and on', async () => {
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const set = (accessLog: boolean) =>
    call({ proxy: server.proxy, token }, 'desktop.Settings/ChangeSettings', { traffic: { accessLog } });
  await set(false);
  await fetch(`${server.gateway}/nobody/off`);
  await set(true);
  await fetch(`${server.gateway}/nobody/on`);
  await waitFor('the second is written', async () => (await lines('gateway')).length > 0);
  expect((await lines('gateway')).map(({ path }) => path)).toEqual(['/nobody/on']);
});
