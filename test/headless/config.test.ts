import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let home: string;
let server: RunningServer;

beforeEach(async () => {
  home = join(await tempFolder('config'), 'micro');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(['config', ...words], { home });

it('values are set, merged, read bare or as JSON, and brought back', async () => {
  await micro('set', 'db', '{"host":"a","port":1}');
  await micro('set', 'db.port', '2');
  expect((await micro('get', 'db.host')).out).toBe('a\n');
  expect((await micro('get', 'db.port', '--json')).json()).toEqual({ namespace: 'micro', path: 'db.port', value: 2 });
  expect((await micro('get')).out).toBe('{\n  "db": {\n    "host": "a",\n    "port": 2\n  }\n}\n');
  await micro('del', 'db');
  expect(await micro('get', 'db')).toMatchObject({ code: 4, out: '' });
  expect((await micro('history')).out).toMatch(/^3 {2}.*Z {2}delete db\n {4}- db\.host: "a"\n {4}- db\.port: 2\n2 {2}/);
  expect((await micro('rollback', '2')).out).toContain('revision 4');
  expect((await micro('get', 'db.port')).out).toBe('2\n');
  expect((await micro('diff', '1', '2')).out).toBe('- db.port: 1\n+ db.port: 2\n');
});

it('secrets are masked unless asked for', async () => {
  const set = await micro('set', 'key', 's3cr3t', '--secret');
  expect(set.out).toBe('key is set, encrypted\n');
  expect(set.err).toContain('command line');
  expect((await micro('get', 'key')).out).toBe('[secret]\n');
  expect((await micro('get', 'key', '--secret')).out).toBe('s3cr3t\n');
  expect((await micro('history', '--json')).out).not.toContain('s3cr3t');
});
