import http from 'node:http';
import http2 from 'node:http2';
import { beforeEach, expect, it } from 'vitest';
import { useGateway } from '../../helpers/gatewayFixture.ts';
import { grpcFrame } from '../../helpers/http2Client.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const gateway = useGateway({ holdMs: 3000 });
let seen: http2.IncomingHttpHeaders[];

/** Stands for the API of micro, at the name `store`. */
beforeEach(async () => {
  seen = [];
  const port = await gateway().listen(
    http2.createServer().on('stream', (stream, headers) => {
      seen.push(headers);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc+json' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.on('data', () => {}).on('end', () => stream.end(grpcFrame('{"from":"micro"}')));
    }),
  );
  gateway().registry.setCore(
    () => [
      {
        name: 'store',
        version: '1',
        metadata: { kind: 'core' },
        endpoints: [{ name: 'Store.Read', metadata: {} }],
        nodes: [{ id: 'core-store', address: '127.0.0.1', port, metadata: { kind: 'core' } }],
      },
    ],
    (name) => gateway().states.has(name),
  );
});

it('a core service gets the token, and never the cookies of a page', async () => {
  const headers = { authorization: 'Bearer token', cookie: 'micro_session_8081=session' };
  const answer = await gateway().ask('/store/read', { method: 'POST', headers });
  expect(answer.json()).toEqual({ from: 'micro' });
  expect(seen[0]).toMatchObject({ ':path': '/store.Store/Read', authorization: 'Bearer token' });
  expect(seen[0]).not.toHaveProperty('cookie');
});

it('it is called by its endpoints alone', async () => {
  for (const path of ['/store/a/b/c/d', '/store.Store/Read']) {
    expect((await gateway().ask(path, { method: 'POST' })).json()).toMatchObject({
      code: 404,
      error: 'gateway.no-service',
    });
  }
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
  expect((await gateway().ask('/store/read', { headers: upgrade })).status).toBe(404);
  expect(seen).toEqual([]);
});

it('a service of the user with its name comes first: while it is up, and while it is on its way', async () => {
  const { registry, states } = gateway();
  expect([registry.isCore('store'), registry.get('store')?.metadata.kind]).toEqual([true, 'core']);
  states.set('store', { status: 'starting', reason: '', expected: true });
  expect([registry.isCore('store'), registry.pick('store')]).toEqual([false, undefined]);
  const waiting = gateway().ask('/store/read');
  await waitFor('it waits', () => gateway().lookUps > 0);
  await gateway().serve(
    http.createServer((request, response) => response.end(`mine ${request.url}`)),
    'store',
  );
  expect((await waiting).body.toString()).toBe('mine /read');
  expect(registry.list().filter(({ name }) => name === 'store')).toHaveLength(1);
  registry.deregister('store', 'store');
  states.delete('store');
  expect((await gateway().ask('/store/read')).json()).toEqual({ from: 'micro' });
});
