import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkLoopbackHost, routeByHost, routeByPath } from '../../../electron/server/traffic/route.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
/** What an HTTP parser lets through as a target. */
const rest = fc.stringMatching(/^[!-~]{0,40}$/);

it('the service is the first segment and all that follows passes as it is', () => {
  fc.assert(
    fc.property(name, rest, (service, tail) => {
      expect(routeByPath(`/${service}/${tail}`)).toEqual({ service, prefix: `/${service}`, path: `/${tail}` });
    }),
  );
});

it('without a slash behind the name the service gets one', () => {
  expect(routeByPath('/orders')).toEqual({ service: 'orders', prefix: '/orders', path: '/' });
  expect(routeByPath('/orders?a=/b')).toEqual({ service: 'orders', prefix: '/orders', path: '/?a=/b' });
});

it('what can be no name of a service is no route', () => {
  for (const target of [
    '',
    '*',
    '/',
    '//x',
    '/?x',
    '/Orders/x',
    '/or%64ers',
    '/../x',
    '/-x',
    `/${'a'.repeat(64)}`,
    'x/y',
  ])
    expect(routeByPath(target), target).toBeUndefined();
});

it('nothing behind the name can change which service is asked', () => {
  fc.assert(
    fc.property(name, rest, (service, tail) => {
      expect(routeByPath(`/${service}/../${tail}`)?.service).toBe(service);
      expect(routeByPath(`/${service}/%2e%2e/${tail}`)?.service).toBe(service);
    }),
  );
});

it('a name below localhost is a service, and only that', () => {
  expect(routeByHost('orders.localhost:8080', '/x?y')).toEqual({ service: 'orders', prefix: '', path: '/x?y' });
  expect(routeByHost('Orders.LOCALHOST', '/')?.service).toBe('orders');
  for (const host of ['localhost', 'a.b.localhost', 'orders.localhost.evil.example', '127.0.0.1:8080', '.localhost'])
    expect(routeByHost(host, '/'), host).toBeUndefined();
});

it('only names of this machine are answered', () => {
  for (const host of [
    undefined,
    '',
    'localhost:1',
    'a.localhost',
    'a.b.LOCALHOST:8080',
    '127.0.0.1:8080',
    '127.9.9.9',
    '[::1]:8080',
  ])
    expect(() => checkLoopbackHost(host), host).not.toThrow();
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    '[::2]',
    'x@localhost',
    'localhost:x',
  ])
    expect(() => checkLoopbackHost(host), host).toThrow(/does not answer for the host/);
});
