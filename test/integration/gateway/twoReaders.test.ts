import http from 'node:http';
import net from 'node:net';
import { expect, it } from 'vitest';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { Http2Client } from '../../helpers/http2Client.ts';

const gateway = useGateway();

/** What a service reads, one text for each request: request line, body, Host and trailers. */
async function serveReader(): Promise<string[]> {
  const read: string[] = [];
  await gateway().serve(
    http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      request.on('end', () => {
        read.push(
          `${request.method} ${request.url} ${request.headers.host} "${body}" ${request.rawTrailers.join('=')}`,
        );
        response.end('ok');
      });
    }),
  );
  return read;
}

it('a client cannot have length and host of its request left out by naming them in Connection', async () => {
  const read = await serveReader();
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
  for (const named of ['content-length', 'Content-Length, keep-alive', 'host', 'close, Host, Content-Length']) {
    const client = new RawClient(gateway().port).say(
      `POST /svc/a HTTP/1.1\r\nHost: localhost\r\nConnection: ${named}\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    );
    expect(await client.until('ok')).toMatch(/^HTTP\/1.1 200/);
    client.socket.destroy();
  }
  await gateway().ask('/svc/b');
  const smuggled = `POST /a localhost "${inner}" `;
  expect(read).toEqual([smuggled, smuggled, smuggled, smuggled, `GET /b 127.0.0.1:${gateway().port} "" `]);
});

it('a length in HTTP/2 that is not that of the body does not bring a second request to the service', async () => {
  const read = await serveReader();
  const client = new Http2Client(gateway().url);
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';
  for (const [length, body] of [
    ['0', inner],
    ['5', ''],
    ['5', inner],
    ['500', inner],
  ] as const) {
    const stream = client.open({ ':method': 'POST', ':path': '/svc/a', 'content-length': length });
    stream.on('error', () => {});
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.end(body);
    stream.resume();
    await closed;
  }
  client.close();
  await gateway().whenIdle();
  await gateway().ask('/svc/b');
  expect(read.filter((line) => line.includes('smuggled "') || line.startsWith('GET /smuggled'))).toEqual([]);
  expect(read.at(-1)).toMatch(/^GET \/b /);
});

it('an upgrade cannot carry a second request past the gateway', async () => {
  const seen: string[] = [];
  await gateway().serve(
    net.createServer((socket) => {
      socket.once('data', (chunk) => {
        seen.push(chunk.toString('latin1').split('\r\n')[0] as string);
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno');
      });
    }),
  );
  const client = new RawClient(gateway().port).say(
    'GET /svc/a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /svc/b HTTP/1.1\r\nHost: localhost\r\n\r\n',
  );
  const text = await client.untilEnd();
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(seen).toEqual(['GET /a HTTP/1.1']);
});

it('a host in HTTP/2 that is not its authority is refused, the same in other letters is not', async () => {
  const read = await serveReader();
  const client = new Http2Client(gateway().url);
  const authority = `127.0.0.1:${gateway().port}`;
  const ask = (host: string) => client.ask({ ':authority': authority, ':path': '/svc/x', host });
  expect((await ask('evil.example')).head[':status']).toBe(400);
  expect((await ask(authority)).head[':status']).toBe(200);
  expect(read).toEqual([`GET /x ${authority} "" `]);
  client.close();
});

it('the host of an absolute target counts, not that of the header', async () => {
  const read = await serveReader();
  const client = new RawClient(gateway().port);
  client.say('GET http://svc.localhost/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  expect(await client.untilEnd()).toMatch(/^HTTP\/1.1 200/);
  expect(read).toEqual(['GET /x svc.localhost "" ']);
});

it('trailers that say how a message is to be read, or who asks, are left out both ways; others pass', async () => {
  let trailers: string[] = [];
  await gateway().serve(
    http.createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        trailers = request.rawTrailers;
        response.socket?.end(
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\nConnection: close\r\n\r\n',
        );
      });
    }),
  );
  const client = new RawClient(gateway().port).say(
    'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 7\r\nHost: evil\r\nAuthorization: Bearer x\r\n\r\n',
  );
  const heard = await client.until('X-Sum: 7\r\n\r\n');
  expect(heard).not.toMatch(/Content-Length: 9|Set-Cookie/);
  expect(trailers).toEqual(['X-Sum', '7']);
  client.socket.destroy();
});

it('a client of HTTP/1.0 hears the answer alone, no hints before it', async () => {
  await gateway().serve(
    net.createServer((socket) => {
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        ),
      );
    }),
  );
  const client = new RawClient(gateway().port).say('GET /svc/x HTTP/1.0\r\n\r\n');
  const heard = await client.untilEnd();
  expect(heard).toMatch(/^HTTP\/1.1 200 OK/);
  expect(heard).toMatch(/\r\n\r\nok$/);
});
