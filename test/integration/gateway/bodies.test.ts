import { createHash } from 'node:crypto';
import http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ask, RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const ANSWER_TIMEOUT_MS = 700;
const gateway = useGateway({ answerTimeoutMs: ANSWER_TIMEOUT_MS });

/** What goes up in the tests of size. Far above what all buffers on the way hold together. */
const UPLOAD_BYTES = 300 * 1024 * 1024;
/** Growth of memory that an upload may cause: chunks in flight and what the collector has not got to yet. */
const MEMORY_BYTES = 120 * 1024 * 1024;

const page = gzipSync('<p>'.repeat(5000));

/** Answers of every kind that has its own rule about bodies. */
function kinds(): http.Server {
  return http.createServer((request, response) => {
    const etag = '"v1"';
    switch (request.url) {
      case '/gzip':
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': page.length, etag });
        response.end(request.method === 'HEAD' ? undefined : page);
        break;
      case '/unchanged':
        response.writeHead(304, { 'content-length': 44, etag });
        response.end();
        break;
      case '/none':
        response.writeHead(204, { etag });
        response.end();
        break;
      case '/reset':
        response.writeHead(205, { 'content-length': 0 });
        response.end();
        break;
      case '/chunked':
        response.write('one,');
        response.end('two');
        break;
      default:
        response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'X-MiXed': 'kept' });
        response.end('x');
    }
  });
}

/** The parts of a head that have to be the same; those of one connection are not. */
function essence(rawHeaders: string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!/^(connection|keep-alive|date)$/i.test(rawHeaders[i] as string))
      out.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  return out.sort();
}

it('GW-06 status, headers and bytes are those of the service, on one connection', async () => {
  const server = kinds();
  const direct = await gateway().serve(server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number>();
  for (const [method, path] of [
    ['GET', '/gzip'],
    ['HEAD', '/gzip'],
    ['GET', '/unchanged'],
    ['HEAD', '/unchanged'],
    ['GET', '/none'],
    ['DELETE', '/none'],
    ['GET', '/reset'],
    ['GET', '/chunked'],
    ['OPTIONS', '/other'],
    ['POST', '/other'],
    // The last one: Node's client closes the connection after a HEAD without a length.
    ['HEAD', '/chunked'],
  ] as const) {
    const plain = await ask({ host: '127.0.0.1', port: direct, method, path, agent: false });
    const through = await gateway().ask(`/svc${path}`, { method, agent });
    ports.add(through.localPort);
    const name = `${method} ${path}`;
    expect(through.status, name).toBe(plain.status);
    expect(essence(through.rawHeaders), name).toEqual(essence(plain.rawHeaders));
    expect(through.body.equals(plain.body), name).toBe(true);
  }
  expect(gunzipSync((await gateway().ask('/svc/gzip')).body).toString()).toBe('<p>'.repeat(5000));
  expect(ports.size, 'one connection served all').toBe(1);
  agent.destroy();
});

it('GW-06 no byte follows the head of HEAD, 204 and 304', async () => {
  await gateway().serve(kinds());
  const client = new RawClient(gateway().port);
  for (const [method, path] of [
    ['HEAD', 'gzip'],
    ['GET', 'unchanged'],
    ['GET', 'none'],
  ]) {
    client.say(`${method} /svc/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await waitFor('an answer', () => client.text.endsWith('\r\n\r\n'));
  }
  client.say('GET /svc/last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const text = await client.untilEnd();
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 304', 'HTTP/1.1 204', 'HTTP/1.1 200']);
  expect(text.split('\r\n\r\n').slice(1, 4)).toEqual([
    expect.stringMatching(/^HTTP/),
    expect.stringMatching(/^HTTP/),
    expect.stringMatching(/^HTTP/),
  ]);
});

/** Sends `bytes` zeros as fast as they are taken; stops when the answer has come and the connection is closed. */
function upload(path: string, bytes: number, agent: http.Agent | false = false): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port: gateway().port,
      path,
      method: 'PUT',
      headers: { 'content-length': bytes },
      agent,
    });
    const chunk = Buffer.alloc(256 * 1024);
    let left = bytes;
    const push = (): void => {
      if (request.writableEnded) return;
      while (left > 0 && !request.destroyed) {
        const part = chunk.subarray(0, Math.min(left, chunk.length));
        left -= part.length;
        if (!request.write(part)) return;
      }
      request.end();
    };
    // Not the request's own event: Node stops it when the answer is complete.
    request.on('socket', (socket) => socket.on('drain', push));
    request.on('response', resolve);
    request.on('error', reject);
    push();
  });
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

it('GW-09 a large upload arrives whole while memory stays flat', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => response.end(hash.digest('hex')));
    }),
  );
  const expected = createHash('sha256');
  const zeros = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < UPLOAD_BYTES / zeros.length; i++) expected.update(zeros);
  const before = process.memoryUsage().rss;
  let highest = before;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
  const answer = await textOf(await upload('/svc/up', UPLOAD_BYTES));
  clearInterval(watch);
  expect(answer).toBe(expected.digest('hex'));
  expect(highest - before).toBeLessThan(MEMORY_BYTES);
  expect(gateway().calls).toMatchObject([{ method: 'PUT', status: 200, requestBytes: UPLOAD_BYTES }]);
});

it('GW-09 a large download waits for a slow client instead of filling memory', async () => {
  await gateway().serve(
    http.createServer((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      let left = UPLOAD_BYTES / chunk.length;
      const push = (): void => {
        while (left-- > 0) if (!response.write(chunk)) return;
        response.end();
      };
      response.on('drain', push);
      push();
    }),
  );
  const client = new RawClient(gateway().port);
  client.socket.pause();
  client.say('GET /svc/big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const before = process.memoryUsage().rss;
  let bytes = 0;
  client.socket.removeAllListeners('data');
  client.socket.on('data', (chunk) => (bytes += chunk.length));
  await waitFor('the service is under way', () => gateway().inFlight.inFlight('svc') === 1);
  client.socket.resume();
  await client.untilEnd();
  expect(bytes).toBeGreaterThan(UPLOAD_BYTES);
  expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY_BYTES);
});

it('GW-09 the 413 of a service that reads no further and closes reaches the client, each time', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      let seen = 0;
      request.on('data', (chunk: Buffer) => {
        const before = seen;
        seen += chunk.length;
        if (before >= 1024 * 1024 || seen < 1024 * 1024) return;
        response.writeHead(413, { connection: 'close' });
        response.end('too large', () => request.socket.destroy());
      });
    }),
  );
  for (let round = 0; round < 20; round++) {
    const answer = await upload('/svc/up', 8 * 1024 * 1024);
    expect(answer.statusCode).toBe(413);
    expect(await textOf(answer)).toBe('too large');
  }
  await gateway().whenIdle();
});

it('GW-09 an answer that comes before the body has been read leaves the connection of the client usable', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      if (request.method === 'GET') response.end('next');
      else response.writeHead(401).end('who are you');
    }),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const answer = await upload('/svc/up', 4 * 1024 * 1024, agent);
  expect(answer.statusCode).toBe(401);
  expect(await textOf(answer)).toBe('who are you');
  expect((await gateway().ask('/svc/x', { agent })).body.toString()).toBe('next');
  agent.destroy();
});

it('GW-09 a service that never answers is a 504 that names it and the limit, and the connection goes on', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      if (request.url === '/ok') response.end('fine');
      else request.resume();
    }),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const method of ['GET', 'POST']) {
    const answer = await gateway().ask('/svc/hang', { method, agent, ...(method === 'POST' ? { body: 'x' } : {}) });
    expect(answer.status).toBe(504);
    expect(answer.json().detail).toBe(`service "svc" did not answer within ${ANSWER_TIMEOUT_MS} ms`);
  }
  expect((await gateway().ask('/svc/ok', { agent })).body.toString()).toBe('fine');
  agent.destroy();
  await gateway().whenIdle();
});

it('GW-09 a client that is slow with its body is not taken for a service that hangs', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk)).on('end', () => response.end(`got ${body}`));
    }),
  );
  const client = new RawClient(gateway().port);
  client.say('POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nfir');
  await new Promise((resolve) => setTimeout(resolve, ANSWER_TIMEOUT_MS * 2));
  client.say('st!');
  expect(await client.until('got')).toMatch(/^HTTP\/1\.1 200 /);
  client.socket.destroy();
});

/**
 * An answer that begins before the request has ended lets the connection stay until it has. That end once came when the
 * body was complete, with a part of the answer still to come.
 */
it('GW-09 a service that sends back what it reads gives a whole answer to a client that closes after it', async () => {
  await gateway().serve(http.createServer((request, response) => request.pipe(response)));
  const body = Buffer.alloc(3_000_000, 'abc');
  for (const headers of [{}, { 'transfer-encoding': 'chunked' }] as Record<string, string>[]) {
    const answer = await gateway().ask('/svc/echo', { method: 'POST', body, headers });
    expect(answer.body.equals(body)).toBe(true);
  }
  await gateway().whenIdle();
  await waitFor('both are told', () => gateway().calls.length === 2);
  expect(gateway().calls.map(({ error }) => error)).toEqual(['', '']);
});
