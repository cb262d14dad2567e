import http from 'node:http';
import net from 'node:net';
import { expect, it } from 'vitest';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';

const gateway = useGateway();

/** Says back what it got: request line, headers as they came, body. */
function mirror(): http.Server {
  return http.createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          headers: request.rawHeaders,
          body,
          trailers: request.rawTrailers,
        }),
      );
    });
  });
}

it('GW-07 what follows the prefix passes byte for byte', async () => {
  await gateway().serve(mirror());
  for (const [sent, seen] of [
    ['/svc/q/%2F//a%20b;v=1?x=%2520&y=&y=2', '/q/%2F//a%20b;v=1?x=%2520&y=&y=2'],
    ['/svc', '/'],
    ['/svc?x=1', '/?x=1'],
    ['/svc/', '/'],
    ['/svc//', '//'],
    ['/svc/../other', '/../other'],
    ['/svc/%2e%2e/other', '/%2e%2e/other'],
    ['/svc/%zz?%', '/%zz?%'],
    ["/svc/!$&'()*+,=:@|^`{}", "/!$&'()*+,=:@|^`{}"],
  ])
    expect((await gateway().ask(sent as string)).json().url).toBe(seen);
});

it('GW-07 a service is also reached by its host name, and then nothing is removed', async () => {
  await gateway().serve(mirror());
  const answer = await gateway().ask('/svc/x?y', { headers: { host: `svc.localhost:${gateway().port}` } });
  expect(answer.json().url).toBe('/svc/x?y');
});

it('a name of a stranger that points here is refused', async () => {
  await gateway().serve(mirror());
  for (const host of ['evil.example', 'svc.localhost.evil.example', '127.0.0.1.evil.example:80'])
    expect((await gateway().ask('/svc/x', { headers: { host } })).status).toBe(403);
});

it('what a page asks for outside the path of its service is a 404 that says where the page works', async () => {
  await gateway().serve(mirror(), 'shop');
  const page = `http://127.0.0.1:${gateway().port}`;
  const next = `a page of "shop" asked for it by a path that begins at the root: open it as http://shop.localhost:${gateway().port}/`;
  const asked = async (path: string, referer: string): Promise<unknown> => {
    const answer = await gateway().ask(path, { headers: { referer } });
    expect(answer.status).toBe(404);
    return answer.json().next;
  };
  for (const path of ['/assets/main.js', '/favicon.ico', '/shap/x', '/_next/static?x'])
    expect(await asked(path, `${page}/shop/cart?x=1`), path).toBe(next);
  for (const referer of [`${page}/nobody/x`, 'http://evil.example/shop/', 'shop', `${page}/`])
    expect(await asked('/assets/main.js', referer), referer).not.toMatch(/localhost/);
});

it('a service that is not known is a 404 that names those of the user first', async () => {
  gateway().register(1, 'auth');
  gateway().states.set('zebra', { status: 'running', reason: '', expected: true });
  expect((await gateway().ask('/nothing/x')).json().next).toBe('known services: zebra, auth');
});

it('a service that is not known is a 404 that names the nearest one', async () => {
  await gateway().serve(mirror(), 'orders');
  expect((await gateway().ask('/order/x')).json()).toMatchObject({
    id: 'gateway',
    code: 404,
    error: 'gateway.no-service',
    detail: 'there is no service "order"',
    next: 'did you mean "orders"?',
  });
  expect((await gateway().ask('/Nothing%20here')).json().detail).toBe(
    '"/Nothing%20here" does not begin with the name of a service',
  );
});

it('headers pass in order and spelling; those of the connection do not, and where it came from is added', async () => {
  await gateway().serve(mirror());
  const client = new RawClient(gateway().port);
  client.say(
    'GET /svc/x HTTP/1.1\r\nHost: localhost:1\r\nX-OnE: 1\r\nx-two: a\r\nX-Two: b\r\nConnection: close, X-Secret\r\n' +
      'X-Secret: hop\r\nTE: trailers, deflate\r\nProxy-Authorization: no\r\nX-Forwarded-For: 10.0.0.9\r\nCookie: \xe9=1\r\n\r\n',
  );
  await client.untilEnd();
  const { headers } = JSON.parse(client.heard.toString().split('\r\n\r\n')[1] as string) as { headers: string[] };
  const pairs: string[] = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push(`${headers[i]}: ${headers[i + 1]}`);
  expect(pairs).toEqual([
    'Host: localhost:1',
    'X-OnE: 1',
    'x-two: a',
    'X-Two: b',
    'TE: trailers',
    'Cookie: \xe9=1',
    'X-Forwarded-For: 10.0.0.9, 127.0.0.1',
    'X-Forwarded-Proto: http',
    'X-Forwarded-Host: localhost:1',
    'X-Forwarded-Prefix: /svc',
    expect.stringMatching(/^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    'Connection: keep-alive',
  ]);
});

it('a trace goes on with a new span', async () => {
  await gateway().serve(mirror());
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const answer = await gateway().ask('/svc/x', { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } });
  const headers = answer.json().headers as string[];
  expect(headers[headers.indexOf('traceparent') + 1]).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  expect(gateway().calls[0]).toMatchObject({ traceId: trace, parentSpanId: 'b7ad6b7169203331' });
});

it('a request that two servers could read in two ways is refused and never reaches a service', async () => {
  let requests = 0;
  await gateway().serve(mirror().on('request', () => requests++));
  const head = 'POST /svc/x HTTP/1.1\r\nHost: localhost\r\n';
  for (const [name, rest] of Object.entries({
    'length and chunks': 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'chunks and length': 'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
    'two lengths': 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde',
    'a list as length': 'Content-Length: 4, 5\r\n\r\nabcde',
    'a signed length': 'Content-Length: +4\r\n\r\nabcd',
    'chunks not last': 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'an unknown encoding': 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'a blank before the colon': 'Content-Length : 4\r\n\r\nabcd',
    'a folded header': 'X-A: 1\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n',
    'a bare newline in a chunk': 'Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n',
    'a NUL in a header': 'X-A: a\0b\r\n\r\n',
  })) {
    const client = new RawClient(gateway().port).say(head + rest);
    expect(await client.untilEnd(), name).toMatch(/^HTTP\/1\.1 400 /);
  }
  expect(requests).toBe(0);
});

it('an answer that two readers could read in two ways is a 502', async () => {
  const answers = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'SSH-2.0-OpenSSH_9.2\r\n',
  ];
  for (const text of answers) {
    await gateway().serve(net.createServer((socket) => socket.once('data', () => socket.end(text))));
    const answer = await gateway().ask('/svc/x');
    expect(answer.status, text).toBe(502);
    expect(answer.json().detail).toMatch(/^service "svc" gave an answer that is not valid HTTP/);
  }
});

it('requests sent at once on one connection are answered in their order', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      setTimeout(() => response.end(`<${request.url}>`), request.url === '/1' ? 60 : 0);
    }),
  );
  const client = new RawClient(gateway().port);
  client.say(['/1', '/2', '/3'].map((path) => `GET /svc${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
  const text = await client.until('</3>');
  expect(text.match(/<.*?>/g)).toEqual(['</1>', '</2>', '</3>']);
  client.socket.destroy();
});

it('every method and a body with any of them pass', async () => {
  await gateway().serve(mirror());
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT']) {
    const chunked = await gateway().ask('/svc/x', {
      method,
      body: 'payload',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(chunked.json()).toMatchObject({ method, body: 'payload' });
    const sized = await gateway().ask('/svc/x', { method, body: 'payload', headers: { 'content-length': 7 } });
    expect(sized.json()).toMatchObject({ method, body: 'payload' });
    expect((await gateway().ask('/svc/x', { method })).json()).toMatchObject({ method, body: '' });
  }
});

it('a client of HTTP/1.0 gets an answer that ends with the connection', async () => {
  await gateway().serve(
    http.createServer((_, response) => {
      response.write('one ');
      response.end('two');
    }),
  );
  const text = await new RawClient(gateway().port).say('GET /svc/x HTTP/1.0\r\n\r\n').untilEnd();
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).not.toMatch(/transfer-encoding/i);
  expect(text).toMatch(/\r\n\r\none two$/);
});

it('headers of 60 KB pass in both directions', async () => {
  await gateway().serve(
    http.createServer({ maxHeaderSize: 100_000 }, (request, response) => {
      response.setHeader('x-big', request.headers['x-big'] as string);
      response.end();
    }),
  );
  const big = 'b'.repeat(60_000);
  const answer = await gateway().ask('/svc/x', { headers: { 'x-big': big }, maxHeaderSize: 100_000 });
  expect(answer.headers['x-big']).toBe(big);
});
