import http from 'node:http';
import net from 'node:net';
import { expect, it } from 'vitest';
import { RawClient, useGateway } from '../../helpers/gatewayFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway();

/** Answers `count` requests on each connection, then closes it without a word when the next one comes. */
function closingAfter(count: number, seen: string[]): net.Server {
  return net.createServer((socket) => {
    let answered = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (answered++ >= count) {
        socket.destroy();
        return;
      }
      const line = data.toString().split(' HTTP')[0] as string;
      seen.push(line);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}`);
    });
  });
}

/** Answers each POST of the body "x", and says nothing of how long it keeps the connection. */
function answerPosts(socket: net.Socket): void {
  let request = '';
  socket.on('error', () => {});
  socket.on('data', (data) => {
    request += data.toString();
    if (!request.endsWith('\r\n\r\nx')) return;
    request = '';
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
}

it('connections to a service are used again', async () => {
  const server = http.createServer((_, response) => response.end('ok'));
  let connections = 0;
  server.on('connection', () => connections++);
  await gateway().serve(server);
  for (let i = 0; i < 10; i++) expect((await gateway().ask('/svc/x')).status).toBe(200);
  expect(connections).toBe(1);
});

it('a GET on a connection that the service was just closing is sent once more', async () => {
  const seen: string[] = [];
  await gateway().serve(closingAfter(1, seen));
  for (let i = 0; i < 10; i++) expect((await gateway().ask(`/svc/${i}`)).body.toString()).toBe(`GET /${i}`);
  expect(seen).toHaveLength(10);
});

it('a POST that broke under way is not sent twice', async () => {
  let posts = 0;
  await gateway().serve(
    http.createServer((request) => {
      posts++;
      request.socket.destroy();
    }),
  );
  const answer = await gateway().ask('/svc/x', { method: 'POST', body: 'pay' });
  expect(answer.status).toBe(502);
  expect(answer.json().detail).toMatch(/^service "svc" broke the connection/);
  expect(posts).toBe(1);
});

it('a POST never meets a connection that the service closes for idleness', async () => {
  // Two seconds are the shortest limit that is a default anywhere.
  const server = http.createServer({ keepAliveTimeout: 2000 }, (request, response) => {
    request.resume().on('end', () => response.end('ok'));
  });
  await gateway().serve(server);
  let failures = 0;
  // Around the moment when the service closes: a fault shows as a 502 now and then.
  for (const pauseMs of [1900, 1980, 1995, 2000, 2005, 2020]) {
    const posts = Array.from({ length: 20 }, () => gateway().ask('/svc/x', { method: 'POST', body: 'x' }));
    for (const { status } of await Promise.all(posts)) if (status !== 200) failures++;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  expect(failures).toBe(0);
});

it.each([0, 2, 15, 60])('a POST never meets a connection that is closed %i ms after each answer', async (afterMs) => {
  // Neither a hint nor "Connection: close" says so.
  const server = net.createServer((socket) => {
    answerPosts(socket);
    let timer: NodeJS.Timeout | undefined;
    socket.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), afterMs);
    });
  });
  await gateway().serve(server);
  const statuses: number[] = [];
  for (let i = 0; i < 150; i++) {
    statuses.push((await gateway().ask('/svc/x', { method: 'POST', body: 'x' })).status);
    await new Promise((resolve) => setTimeout(resolve, (i * 7) % (afterMs + 3)));
  }
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
});

it('a service that says nothing about idle connections gets POSTs on them once they have lived', async () => {
  const server = net.createServer(answerPosts);
  let opened = 0;
  server.on('connection', () => opened++);
  await gateway().serve(server);
  const post = async (): Promise<void> => {
    expect((await gateway().ask('/svc/x', { method: 'POST', body: 'x' })).status).toBe(200);
  };
  await waitFor('a POST on a connection that is there', async () => {
    const before = opened;
    await post();
    return opened === before;
  });
  const before = opened;
  for (let i = 0; i < 20; i++) await post();
  expect(opened).toBe(before);
});

it('idle connections are closed as soon as their node leaves the registry', async () => {
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    waiting.push(response);
    if (waiting.length === 5) for (const one of waiting) one.end('ok');
  });
  await gateway().serve(server);
  await Promise.all(Array.from({ length: 5 }, () => gateway().ask('/svc/x')));
  expect(gateway().connections(server)).toBe(5);
  gateway().registry.deregister('svc', 'svc');
  await waitFor('no connection is left', () => gateway().connections(server) === 0);
});

it('a request under way ends in peace when its node leaves the registry, and then its connection is closed', async () => {
  let finish: (() => void) | undefined;
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    finish = () => response.end('late');
  });
  await gateway().serve(server);
  const answer = gateway().ask('/svc/x');
  await waitFor('the request is there', () => finish);
  gateway().registry.deregister('svc', 'svc');
  finish?.();
  expect((await answer).body.toString()).toBe('late');
  await waitFor('no connection is left', () => gateway().connections(server) === 0);
});

it('requests take turns between nodes, and pass over one that refuses', async () => {
  for (const id of ['a', 'b', 'c'])
    await gateway().serve(
      http.createServer((_, answer) => answer.end(id)),
      'svc',
      id,
    );
  const names = async (count: number): Promise<string> => {
    let all = '';
    for (let i = 0; i < count; i++) all += (await gateway().ask('/svc/x', { method: 'POST', body: 'x' })).body;
    return all;
  };
  expect(await names(6)).toBe('abcabc');
  gateway().registry.deregister('svc', 'b');
  const dead = http.createServer();
  const port = await gateway().listen(dead);
  await gateway().kill(dead);
  gateway().register(port, 'svc', 'dead');
  expect(new Set(await names(12))).toEqual(new Set('ac'));
});

it('the service decides about "100 Continue"', async () => {
  const server = http.createServer();
  server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
    if (request.url === '/no') {
      response.writeHead(417).end('no');
      return;
    }
    response.writeContinue();
    let body = '';
    request.on('data', (chunk) => (body += chunk)).on('end', () => response.end(`got ${body}`));
  });
  await gateway().serve(server);
  const head = (path: string): string =>
    `POST /svc/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`;
  const yes = new RawClient(gateway().port).say(head('yes'));
  await yes.until('HTTP/1.1 100 Continue\r\n\r\n');
  yes.say('body');
  await yes.until('got body');
  yes.socket.destroy();
  const no = new RawClient(gateway().port).say(head('no'));
  expect(await no.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 417 /);
  no.socket.destroy();
});

it('a client that expects "100 Continue" of a service that is not there gets the error at once', async () => {
  const client = new RawClient(gateway().port);
  client.say('POST /svc/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  client.socket.destroy();
});

it('GW-10 trailers pass in both directions', async () => {
  await gateway().serve(
    http.createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('body');
        response.addTrailers({ 'x-sum': request.trailers['x-check'] as string });
        response.end();
      });
    }),
  );
  const client = new RawClient(gateway().port);
  client.say(
    'POST /svc/x HTTP/1.1\r\nHost: localhost\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: x-check\r\n\r\n',
  );
  client.say('2\r\nhi\r\n0\r\nx-check: 42\r\n\r\n');
  expect(await client.until('x-sum: 42\r\n\r\n')).toMatch(/\r\nTrailer: x-sum\r\n/i);
  client.socket.destroy();
});

it('early hints pass before the answer', async () => {
  await gateway().serve(
    http.createServer((_, response) => {
      response.writeEarlyHints({ link: ['</a.css>; rel=preload; as=style'] }, () => response.end('page'));
    }),
  );
  const client = new RawClient(gateway().port).say('GET /svc/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const text = await client.until('page');
  expect(text).toMatch(
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload; as=style\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
  );
  client.socket.destroy();
});

it('requests wait while their service starts, and are served when it is ready', async () => {
  gateway().states.set('svc', { status: 'building', reason: '', expected: true });
  const answers = Array.from({ length: 50 }, (_, i) => gateway().ask('/svc/x', { method: 'POST', body: `${i}` }));
  await waitFor('all wait', () => gateway().lookUps >= 50);
  await gateway().serve(http.createServer((request, response) => request.pipe(response)));
  const bodies = (await Promise.all(answers)).map(({ body }) => body.toString());
  expect(bodies).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
});

it('requests that wait learn at once that their service failed', async () => {
  gateway().states.set('svc', { status: 'starting', reason: '', expected: true });
  const answer = gateway().ask('/svc/x');
  await waitFor('it waits', () => gateway().lookUps > 0);
  gateway().states.set('svc', { status: 'error', reason: 'exit 1', expected: false });
  gateway().stateChanges.fire({ services: new Set(['svc']) });
  expect((await answer).json().detail).toBe('service "svc" has no ready instance (error: exit 1)');
});

it('no request fails while a service on a fixed port is restarted 50 times in good order', async () => {
  const create = (): http.Server =>
    http.createServer((request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end('ok'), 2));
    });
  let server = create();
  const port = await gateway().serve(server);
  const running = { status: 'running', reason: '', expected: true };
  gateway().states.set('svc', running);
  let going = true;
  const failures: string[] = [];
  let served = 0;
  const clients = Array.from({ length: 8 }, async (_, index) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; going; turn++) {
      const post = (turn + index) % 2 === 0;
      const answer = await gateway().ask('/svc/x', {
        agent,
        method: post ? 'POST' : 'GET',
        ...(post ? { body: 'x' } : {}),
      });
      if (answer.status === 200) served++;
      else failures.push(`${answer.status} ${answer.body}`);
    }
    agent.destroy();
  });
  for (let round = 0; round < 50; round++) {
    const before = served;
    await waitFor('some requests are served', () => served > before + 10);
    // As the runtime does it: out of the registry, what is under way ends, then the process.
    gateway().states.set('svc', { status: 'stopping', reason: '', expected: true });
    gateway().registry.deregister('svc', 'svc');
    await gateway().whenIdle();
    await gateway().kill(server);
    gateway().states.set('svc', { status: 'starting', reason: '', expected: true });
    server = create();
    await gateway().listen(server, port);
    gateway().states.set('svc', running);
    gateway().register(port);
  }
  going = false;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect(served).toBeGreaterThan(500);
});

it('a GET survives the sudden death of its service, when that comes back', async () => {
  const server = http.createServer(() => {});
  const port = await gateway().serve(server);
  gateway().states.set('svc', { status: 'running', reason: '', expected: true });
  const answer = gateway().ask('/svc/x');
  await waitFor('it is under way', () => gateway().connections(server) === 1);
  gateway().states.set('svc', { status: 'starting', reason: 'ended by SIGKILL', expected: true });
  await gateway().kill(server);
  gateway().registry.deregister('svc', 'svc');
  await gateway().serve(
    http.createServer((_, response) => response.end('again')),
    'svc',
    'svc',
    port,
  );
  expect((await answer).body.toString()).toBe('again');
});
