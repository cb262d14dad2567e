import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGranted, type Rule } from '../../../electron/server/auth/rules.ts';
import { isLoopbackAddress } from '../../../electron/server/host/loopback.ts';
import { endpointsOf } from '../../../electron/server/traffic/guard.ts';

const closed: Rule[] = [
  { id: 'a', scope: '', resource: { type: '*', name: '*', endpoint: '*' }, access: 'granted', priority: 0 },
  { id: 'b', scope: '', resource: { type: '*', name: 'orders', endpoint: '/admin/*' }, access: 'denied', priority: 1 },
];

function passes(path: string, contentType = 'application/json'): boolean {
  const request = { headers: { 'content-type': contentType }, httpVersionMajor: 2 } as unknown as IncomingMessage;
  const endpoints = endpointsOf(request, { service: 'orders', prefix: '', path }, undefined);
  return endpoints.every((endpoint) => isGranted(closed, undefined, { type: 'service', name: 'orders', endpoint }));
}

describe('what a request asks for', () => {
  it.each([
    '/admin',
    '/admin/',
    '/ADMIN/x',
    '/admin?x=1',
    '//admin/users',
    '/./admin/users',
    '/basket/../admin/users',
    '/basket/%2e%2e/admin/users',
    '/%61dmin/users',
    '/%2561dmin/users',
    '/admin%2fusers',
    '/basket/..%5cadmin/users',
    '/%/../admin/../admin',
  ])('is a path however it is written: %s does not get around a rule', (path) => {
    expect(passes(path)).toBe(false);
  });

  it('and other paths pass', () => {
    for (const path of ['/', '/basket', '/administration', '/a%20b', '/%ff', '/basket/admin'])
      expect(passes(path)).toBe(true);
  });

  it('a path does not become a call by its content type', () => {
    expect(passes('/admin/users', 'application/grpc')).toBe(false);
    const request = {
      headers: { 'content-type': 'application/grpc' },
      httpVersionMajor: 2,
    } as unknown as IncomingMessage;
    const route = { service: 'orders', prefix: '', path: '/orders.v1.Orders/Get' };
    expect(endpointsOf(request, route, undefined)).toEqual(['Orders.Get']);
    expect(endpointsOf(request, { ...route, service: 'web' }, undefined)).toEqual(['/orders.v1.Orders/Get']);
  });

  it('never fails, and always begins with a slash', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const request = { headers: {}, method: 'GET' } as unknown as IncomingMessage;
        for (const endpoint of endpointsOf(request, { service: 'a', prefix: '', path: `/${text}` }, undefined))
          expect(endpoint.startsWith('/')).toBe(true);
      }),
    );
  });
});

it('addresses of this machine are told from others', () => {
  for (const here of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) expect(isLoopbackAddress(here)).toBe(true);
  for (const away of [
    '',
    '10.0.0.1',
    '192.168.127.1',
    '::',
    'fe80::1',
    '::ffff:10.0.0.1',
    '1270.0.0.1',
    '127.0.0.1.example',
  ])
    expect(isLoopbackAddress(away)).toBe(false);
});
