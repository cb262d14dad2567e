import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { act, call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** Files of the project; so many that putting them in place takes long enough to be cut off in it. */
const FILES = 1_500;
/** Rounds to hit the moment; one of them nearly always does at once. */
const ROUNDS = 8;

let home: string;
let server: RunningServer;
let token: string;

async function start(): Promise<void> {
  server = await startServer(home);
  ({ token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string });
}

async function killAndStart(): Promise<void> {
  server.child.kill('SIGKILL');
  await server.ended;
  await start();
}

beforeEach(async () => {
  home = join(await tempFolder('killed'), 'micro');
  await start();
});
afterEach(() => server.stop());

const send = (path: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
  fetch(`${server.proxy}${path}`, {
    ...(body ? { method: 'PUT', body } : {}),
    headers: { authorization: `Bearer ${token}` },
  });

/** Sends the head and a part of what it announces, and then nothing more. */
function sendHalf(path: string, body: Uint8Array): net.Socket {
  const { port, host } = new URL(server.proxy);
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `PUT ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, body.length / 2));
  return socket;
}

it('a blob that was coming when the server was killed is not there, what it would have replaced is whole', async () => {
  const before = randomBytes(300_000);
  expect((await send('/_blobs/micro/film', before)).status).toBe(201);
  const drafts = join(home, 'blobs/drafts');
  const sockets = ['film', 'new'].map((key) => sendHalf(`/_blobs/micro/${key}`, randomBytes(4_000_000)));
  await waitFor('both to be under way', async () => (await readdir(drafts)).length === 2);
  await killAndStart();
  for (const socket of sockets) socket.destroy();

  const { blobs } = (await (await send('/_blobs/micro/')).json()) as { blobs: { key: string; sha256: string }[] };
  const sha256 = createHash('sha256').update(before).digest('hex');
  expect(blobs.map((blob) => [blob.key, blob.sha256])).toEqual([['film', sha256]]);
  expect(Buffer.from(await (await send('/_blobs/micro/film')).arrayBuffer()).equals(before)).toBe(true);
  expect((await send('/_blobs/micro/new')).status).toBe(404);
  expect(await readdir(drafts)).toEqual([]);
  expect((await send('/_blobs/micro/new', Buffer.from('now'))).status).toBe(201);
});

const manifest = `name: shop
services:
  shop:
    run: node shop.mjs
    watch: false
`;
/** Answers with all versions of which it finds parts. */
const program = `import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
const found = readdirSync('parts').map((name) => readFileSync('parts/' + name, 'utf8').split(' ')[0]);
const text = [...new Set(found)].join() + ' ' + found.length;
http.createServer((_, answer) => answer.end(text)).listen(process.env.PORT, '127.0.0.1');
`;

/** The project of a version, whose parts all say which it is. */
async function projectOf(version: number): Promise<Buffer<ArrayBuffer>> {
  const archive = pack();
  archive.entry({ name: 'micro.yaml' }, manifest);
  archive.entry({ name: 'shop.mjs' }, program);
  // Noise, so that the archive is larger than what stands in buffers on its way.
  for (let n = 0; n < FILES; n++)
    archive.entry({ name: `parts/${n}` }, `${version} ${randomBytes(600).toString('base64')}`);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

it('a project that was coming, or being put in place, when the server was killed is run whole: as it was or as it came', async () => {
  const uploads = join(home, 'uploads');
  const shown = () =>
    waitFor('the shop to answer', async () => {
      const answer = await send('/shop/');
      return answer.ok ? await answer.text() : undefined;
    });
  const leftovers = async () => (await readdir(uploads)).filter((name) => name !== 'shop' && name !== '.shop.json');
  expect((await send('/_uploads/shop', await projectOf(1))).status).toBe(200);
  await call({ ...server, token }, 'desktop.Desktop/OpenProject', { folder: join(uploads, 'shop') });
  await act({ ...server, token }, 'desktop.Desktop/Start', { project: 'shop' });
  expect(await shown()).toBe(`1 ${FILES}`);

  const socket = sendHalf('/_uploads/shop', await projectOf(2));
  await waitFor('some of it to be unpacked', async () =>
    (await readdir(uploads, { recursive: true })).some((name) => /^\.shop\.[0-9a-f]+.parts.1$/.test(name)),
  );
  await killAndStart();
  socket.destroy();
  expect(await shown()).toBe(`1 ${FILES}`);
  expect(await leftovers()).toEqual([]);

  let wasCut = false;
  for (let version = 3; !wasCut && version < 3 + ROUNDS; version++) {
    const content = await projectOf(version);
    const sending = send('/_uploads/shop', content).catch(() => undefined);
    await waitFor('it to be put in place', async () => {
      const first = await readFile(join(uploads, 'shop/parts/0'), 'utf8');
      return first.startsWith(`${version} `);
    });
    server.child.kill('SIGKILL');
    await server.ended;
    await sending;
    const names = Array.from({ length: FILES }, (_, n) => join(uploads, 'shop/parts', String(n)));
    const parts = await Promise.all(names.map((name) => readFile(name, 'utf8')));
    wasCut = !parts.every((part) => part.startsWith(`${version} `));
    await start();
    expect(await shown()).toBe(`${version} ${FILES}`);
    expect(await leftovers()).toEqual([]);
  }
  expect(wasCut).toBe(true);
});
