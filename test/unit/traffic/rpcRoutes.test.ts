import { beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import { mergeRequest } from '../../../electron/server/traffic/rpcMessage.ts';
import { RpcRoutes } from '../../../electron/server/traffic/rpcRoutes.ts';

let registry: MemoryRegistry;
let routes: RpcRoutes;

beforeEach(() => {
  registry = new MemoryRegistry(systemClock);
  routes = new RpcRoutes(registry);
});

function register(name: string, endpoints: Record<string, Record<string, string>>): void {
  registry.register(
    { name, version: '1', endpoints: Object.entries(endpoints).map(([one, metadata]) => ({ name: one, metadata })) },
    { id: name, address: '127.0.0.1', port: 1, metadata: {} },
  );
}

const find = (target: string, method = 'POST', host = '127.0.0.1:8080') => {
  const route = routes.find({ method, host, target });
  return route && `${route.service} ${route.endpoint}${JSON.stringify(route.params)}`;
};

it('paths are endpoints by micro’s rules', () => {
  for (const name of ['foo', 'foo.bar', 'v1.foo', 'hello-world']) register(name, { 'X.Y': {} });
  expect(find('/foo')).toBe('foo Foo.Call{}');
  expect(find('/foo?x=1')).toBe('foo Foo.Call{}');
  expect(find('/foo/bar')).toBe('foo Foo.Bar{}');
  expect(find('/foo/bar/baz')).toBe('foo Bar.Baz{}');
  expect(find('/foo/bar/baz/cat')).toBe('foo.bar Baz.Cat{}');
  expect(find('/v1/foo/bar')).toBe('v1.foo Foo.Bar{}');
  expect(find('/hello-world/say-hello')).toBe('hello-world HelloWorld.SayHello{}');
  expect(find('/other/x')).toBeUndefined();
});

it('what is no endpoint of a service that answers plain HTTP as well is left alone', () => {
  registry.register(
    { name: 'both', version: '1', metadata: { http: 'true' }, endpoints: [{ name: 'Both.Hello', metadata: {} }] },
    { id: 'both', address: '127.0.0.1', port: 1, metadata: {} },
  );
  expect(find('/both/hello')).toBe('both Both.Hello{}');
  expect(find('/both/Both/Hello')).toBe('both Both.Hello{}');
  expect(find('/both/healthz', 'GET')).toBeUndefined();
  expect(find('/both')).toBeUndefined();
});

it('a path in the metadata of an endpoint comes first, with method, host and parameters', () => {
  register('users', {
    'Users.Read': { path: '/users/{id}', method: 'GET' },
    'Users.Write': { path: '/users/{id}', method: 'PUT,POST' },
    'Users.Files': { path: '/files/{name=**}' },
    'Users.Odd': { path: '^/odd/\\d+$' },
    'Users.Admin': { path: '/admin', host: 'admin.local' },
    'Users.Broken': { path: '^(' },
  });
  expect(find('/users/a%20b', 'GET')).toBe('users Users.Read{"id":"a b"}');
  expect(find('/users/7', 'POST')).toBe('users Users.Write{"id":"7"}');
  expect(find('/files/a/b/c', 'GET')).toBe('users Users.Files{"name":"a/b/c"}');
  expect(find('/odd/12')).toBe('users Users.Odd{}');
  expect(find('/admin', 'GET', 'admin.local:8080')).toBe('users Users.Admin{}');
  expect(find('/admin', 'GET')).toBeUndefined();
});

it('services of plain HTTP are left alone, and a service that goes takes its endpoints with it', () => {
  register('web', { 'Web.Page': { handler: 'http', path: '/page' } });
  expect(find('/web/page')).toBeUndefined();
  register('rpc', { 'Rpc.Call': {} });
  expect(find('/rpc')).toBeDefined();
  registry.deregister('rpc', 'rpc');
  expect(find('/rpc')).toBeUndefined();
});

it('a message is made of query, body and path, each over what came before', () => {
  const base = { target: '/x?a=1&b=q&list=1&list=2&deep.er=3', params: {}, contentType: '', body: '' };
  expect(mergeRequest(base)).toEqual({ a: '1', b: 'q', list: ['1', '2'], deep: { er: '3' } });
  expect(mergeRequest({ ...base, body: '{"b":7,"c":[1]}', params: { a: 'p' } })).toMatchObject({
    a: 'p',
    b: 7,
    c: [1],
  });
  expect(
    mergeRequest({
      ...base,
      target: '/',
      contentType: 'application/x-www-form-urlencoded',
      body: 'n=%C3%A4&__proto__.x=1',
    }),
  ).toEqual(JSON.parse('{"n":"ä","__proto__":{"x":"1"}}'));
  expect(({} as { x?: unknown }).x).toBeUndefined();
  expect(() => mergeRequest({ ...base, body: '[1]' })).toThrow('not a JSON object');
});
