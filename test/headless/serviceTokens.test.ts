import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { projectOfTokenWriter, tokenOfService } from '../helpers/serviceToken.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let home: string;
let server: RunningServer;
let token: string;

beforeEach(async () => {
  home = join(await tempFolder('home'), 'micro');
  const project = await tempFolder('project');
  await projectOfTokenWriter(project, 'orders');
  server = await startServer(home, ['--project', project]);
  token = await tokenOfService(project);
});

afterEach(() => server.stop());

async function ask(method: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.proxy}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('a service uses store, config and registry with the token of its environment, in a table of its own name', async () => {
  expect((await ask('store.Store/Write', { record: { key: 'a', value: 'aGVsbG8=' } })).status).toBe(200);
  expect((await microProcess(['store', 'read', 'a', '-t', 'orders'], { home })).out).toBe('hello');
  const own = await ask('records.Records/Get', { key: 'a' });
  expect(own.body).toMatchObject({ info: { key: 'a' }, value: 'aGVsbG8=' });
  await microProcess(['config', 'set', 'db.host', 'there'], { home });
  expect((await ask('config.Config/Get', { path: 'db.host' })).body).toMatchObject({ value: { data: '"there"' } });
  const node = { id: 'x', address: '127.0.0.1:9' };
  expect((await ask('registry.Registry/Register', { name: 'orders', nodes: [node] })).status).toBe(200);
  expect((await ask('registry.Registry/GetService', { service: 'orders' })).status).toBe(200);
});

it('and nothing that is the user’s: it is told so with a stable code and a next step', async () => {
  await microProcess(['config', 'set', 'key', 's3cr3t', '--secret'], { home });
  const refused: [method: string, body: unknown][] = [
    ['desktop.Desktop/Status', {}],
    ['desktop.Desktop/Shutdown', {}],
    ['runtime.Runtime/Read', {}],
    ['desktop.Terminals/List', {}],
    ['desktop.Settings/ReadSettings', {}],
    ['records.Records/Stats', {}],
    ['config.Config/Set', { path: 'a', value: { data: '1' } }],
    ['config.Config/Get', { path: 'key', options: { secret: true } }],
    ['store.Store/Read', { key: 'x', options: { table: 'config' } }],
    ['records.Records/Browse', { place: { table: 'config' } }],
    ['registry.Registry/Register', { name: 'basket', nodes: [{ id: 'x', address: '127.0.0.1:9' }] }],
    ['registry.Registry/Deregister', { name: 'basket', nodes: [{ id: 'x' }] }],
  ];
  for (const [method, body] of refused) {
    const answer = await ask(method, body);
    expect(`${method} ${answer.status}`).toBe(`${method} 403`);
    const [detail] = answer.body.details as { debug: { code: string; next: string } }[];
    expect(detail?.debug.code).toBe('auth.forbidden');
    expect(detail?.debug.next).toContain('store');
  }
  expect((await ask('config.Config/Get', { path: 'key' })).body).toMatchObject({ value: { data: '"[secret]"' } });
});
