import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { call } from '../helpers/serverApi.ts';
import { projectOfTokenWriter, tokenOfService } from '../helpers/serviceToken.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let home: string;
let server: RunningServer;
let token: string;

beforeEach(async () => {
  home = join(await tempFolder('blobs'), 'micro');
  const project = await tempFolder('project');
  await projectOfTokenWriter(project, 'orders');
  server = await startServer(home, ['--project', project]);
  token = await tokenOfService(project);
});

afterEach(() => server.stop());

const blob = (path: string, init: RequestInit & { duplex?: 'half' } = {}, bearer = token): Promise<Response> =>
  fetch(`${server.proxy}/_blobs/${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${bearer}` },
  });

it('a service puts, gets, lists and deletes blobs by plain HTTP, in parts too', async () => {
  const put = await blob('micro/films/one.txt', {
    method: 'PUT',
    body: '0123456789',
    headers: { 'content-type': 'text/plain' },
  });
  expect(put.status).toBe(201);
  const sha256 = createHash('sha256').update('0123456789').digest('hex');
  expect(await put.json()).toMatchObject({
    namespace: 'micro',
    key: 'films/one.txt',
    bytes: 10,
    sha256,
    contentType: 'text/plain',
  });
  const whole = await blob('micro/films%2Fone.txt');
  expect(await whole.text()).toBe('0123456789');
  expect(whole.headers.get('content-type')).toBe('text/plain');
  expect(whole.headers.get('content-security-policy')).toContain('sandbox');
  const part = await blob('micro/films/one.txt', { headers: { range: 'bytes=2-4' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
  expect((await blob('micro/films/one.txt', { headers: { range: 'bytes=10-' } })).status).toBe(416);
  expect((await blob('micro/films/one.txt', { headers: { 'if-none-match': `"${sha256}"` } })).status).toBe(304);
  const head = await blob('micro/films/one.txt', { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
  await blob('micro/films/two?ttl=3600', { method: 'PUT', body: 'x' });
  const list = (await (await blob('micro/?prefix=films/&limit=1')).json()) as {
    blobs: { key: string }[];
    more: boolean;
  };
  expect([list.blobs.map(({ key }) => key), list.more]).toEqual([['films/one.txt'], true]);
  expect((await blob('micro/films/one.txt', { method: 'DELETE' })).status).toBe(204);
  const gone = await blob('micro/films/one.txt');
  expect([gone.status, await gone.json()]).toMatchObject([404, { status: 'store.not-found' }]);
  expect((await blob('micro/x?ttl=soon', { method: 'PUT', body: 'x' })).status).toBe(400);
  expect((await blob('micro/x', { method: 'POST', body: 'x' })).status).toBe(400);
  expect((await blob('micro/x', {}, 'nonsense')).status).toBe(401);
  expect((await fetch(`${server.proxy}/_blobs/micro/x`, { headers: { origin: 'http://evil.example' } })).status).toBe(
    403,
  );
});

it('what micro’s own clients send reaches the same blobs', async () => {
  await blob('micro/a', { method: 'PUT', body: 'hello' });
  expect(await call({ ...server, token }, 'store.BlobStore/List', {})).toEqual({ keys: ['a'] });
  await call({ ...server, token }, 'store.BlobStore/Delete', { key: 'a' });
  expect(await call({ ...server, token }, 'store.BlobStore/List', {})).toEqual({});
});

it('an upload that breaks off leaves nothing', async () => {
  const { port } = new URL(server.proxy);
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `PUT /_blobs/micro/half HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(5000)}`,
  );
  const drafts = join(home, 'blobs/drafts');
  await waitFor('the upload to begin', async () => (await readdir(drafts)).length > 0, 60_000);
  socket.destroy();
  await waitFor('the rest to go', async () => (await readdir(drafts)).length === 0, 60_000);
  expect((await blob('micro/half')).status).toBe(404);
});

it('micro store blob moves files of any size, and the server’s memory stays flat', async () => {
  const micro = (...words: string[]) => microProcess(['store', 'blob', ...words], { home });
  const folder = await tempFolder('files');
  const content = randomBytes(1024 * 1024);
  const size = 192;
  await writeFile(join(folder, 'big'), Buffer.concat(Array.from({ length: size }, () => content)));
  const before = await memoryPeakOf(server.pid);
  const put = await micro('put', 'big', join(folder, 'big'), '--type', 'application/zip', '--json');
  expect(put.json()).toMatchObject({ key: 'big', bytes: size * content.length, contentType: 'application/zip' });
  expect(await micro('get', 'big', join(folder, 'copy'))).toMatchObject({ code: 0, err: '' });
  const [sent, got] = await Promise.all(['big', 'copy'].map((name) => readFile(join(folder, name))));
  expect(sent?.equals(got as Buffer)).toBe(true);
  if (before > 0) expect((await memoryPeakOf(server.pid)) - before).toBeLessThan(96);
  expect((await micro('get', 'big', join(folder, 'copy'))).code).toBe(1);

  const piped = await microProcess(['store', 'blob', 'put', 'small', '-e', '1h'], { home, input: 'hello' });
  expect(piped.code).toBe(0);
  expect((await micro('get', 'small')).out).toBe('hello');
  expect((await micro('list')).out).toBe('big\nsmall\n');
  expect((await micro('list', 's', '-v')).out).toMatch(/^KEY +BYTES +TYPE .*\nsmall +5 +application\/octet-stream/);
  expect((await micro('delete', 'small')).code).toBe(0);
  expect((await micro('get', 'small')).code).toBe(4);
  expect((await micro('put')).code).toBe(2);
});

/** MB that a process has had at most; 0 where that cannot be known. */
async function memoryPeakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
