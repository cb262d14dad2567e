import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let folder: string;
let home: string;
let server: RunningServer;

beforeEach(async () => {
  folder = await tempFolder('store');
  home = join(folder, 'micro');
  server = await startServer(home);
});

afterEach(() => server.stop());

const micro = (...words: string[]) => microProcess(['store', ...words], { home, cwd: folder });
const lines = async (...words: string[]): Promise<string[]> => (await micro(...words)).out.trimEnd().split('\n');

it('records are written, read, listed and deleted, and are there after the server was started anew', async () => {
  expect((await micro('write', 'a/1', 'one')).out).toBe('a/1 written, 3 bytes\n');
  await micro('write', 'a/2', 'two', '-e', '1h', '-q');
  await micro('write', 'b', '-t', 'orders', '--', '-3');
  expect((await micro('read', 'a/1')).out).toBe('one');
  expect((await micro('read', 'b', '-t', 'orders')).out).toBe('-3');
  expect((await micro('read', 'a/', '--prefix')).out).toBe('one\ntwo\n');
  expect((await micro('read', '--prefix', 'a/')).out).toBe('one\ntwo\n');
  expect(await lines('read', 'a/', '--prefix', '-v')).toEqual([
    'TABLE  KEY  VALUE  EXPIRY',
    'micro  a/1  one    never',
    expect.stringMatching(/^micro {2}a\/2 {2}two {4}(1h|59m .*)$/),
  ]);
  expect(await lines('list')).toEqual(['a/1', 'a/2']);
  expect(await lines('list', '--prefix=a/', '--order', 'desc', '-l', '1')).toEqual(['a/2']);
  expect((await micro('list', '-o', '1', '--json')).json()).toEqual({ key: 'a/2' });
  expect(await lines('databases')).toEqual(['micro']);
  expect(await lines('tables')).toEqual(['micro', 'orders']);
  expect((await micro('read', 'a/1', '--json')).json()).toEqual({
    database: 'micro',
    table: 'micro',
    key: 'a/1',
    value: 'one',
    bytes: 3,
    expirySeconds: null,
    metadata: {},
  });
  await server.stop();
  server = await startServer(home);
  expect((await micro('read', 'a/1')).out).toBe('one');
  expect((await micro('delete', 'a/1')).out).toBe('a/1 is deleted\n');
  const gone = await micro('read', 'a/1');
  expect(gone).toMatchObject({ code: 4, out: '' });
  expect(gone.err).toContain('"a/1" is not in micro/micro');
});

it('bytes go in and out as they are, and a condition that does not hold writes nothing', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await writeFile(join(folder, 'bytes.bin'), bytes);
  const { revision } = (await micro('write', 'k', '--file', join(folder, 'bytes.bin'), '--json')).json<{
    revision: number;
  }>();
  const read = (await micro('read', 'k', '--json')).json<{ base64: string }>();
  expect(Buffer.from(read.base64, 'base64')).toEqual(bytes);
  expect(await micro('write', 'k', 'x', '--if-absent')).toMatchObject({ code: 1 });
  expect((await micro('write', 'k', 'x', '--if-revision', String(revision + 1))).err).toContain(
    `has revision ${revision}, not ${revision + 1}`,
  );
  expect(await micro('write', 'k', 'new', '--if-revision', String(revision))).toMatchObject({ code: 0 });
  expect((await micro('read', 'k')).out).toBe('new');
});

it('a snapshot is one file that brings everything back, and is not written over by mistake', async () => {
  await micro('write', 'a', '1');
  await micro('write', 'b', '2', '-t', 'orders');
  expect(await micro('snapshot', 'backup.jsonl')).toMatchObject({ code: 0 });
  expect((await micro('snapshot', 'backup.jsonl')).err).toContain('is already there');
  expect((await readFile(join(folder, 'backup.jsonl'), 'utf8')).split('\n')).toHaveLength(5);
  await micro('delete', 'a');
  await micro('write', 'b', 'changed', '-t', 'orders');
  expect((await micro('restore', 'backup.jsonl')).out).toBe('2 records restored\n');
  expect((await micro('read', 'a')).out).toBe('1');
  expect((await micro('read', 'b', '-t', 'orders')).out).toBe('2');
  await writeFile(join(folder, 'cut.jsonl'), (await readFile(join(folder, 'backup.jsonl'), 'utf8')).slice(0, 80));
  expect((await micro('restore', 'cut.jsonl')).err).toContain('line 1');
  expect(
    (await micro('stats', '--json')).json<{ tables: { table: string; records: number }[] }>().tables,
  ).toMatchObject([
    { table: 'micro', records: 1 },
    { table: 'orders', records: 1 },
  ]);
});

it('what cannot be is refused with what can', async () => {
  expect(await micro('write')).toMatchObject({ code: 2 });
  expect((await micro('fetch', 'a')).err).toContain('there are: read, write');
  expect(await micro('write', '', 'x')).toMatchObject({ code: 2 });
  expect((await micro('read', 'a', '-t', '../x')).err).toContain('is no name');
  expect((await micro('list', '-l', '-1')).code).toBe(2);
  expect((await micro('read', 'a', '--if-absent')).err).toContain('--if-absent means nothing to micro store read');
});
