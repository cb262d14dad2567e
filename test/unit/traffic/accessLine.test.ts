import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessEntry } from '../../../electron/server/traffic/accessEntry.ts';
import { accessLine, withoutSecretValues } from '../../../electron/server/traffic/accessLine.ts';
import { detectLevel, levelNumber } from '../../../shared/lib/logLevels.ts';
import { aCall } from '../../helpers/aCall.ts';

const entry = (parts: Partial<AccessEntry> = {}): AccessEntry => ({
  via: 'gateway',
  at: Date.UTC(2026, 0, 31, 12),
  client: '127.0.0.1',
  method: 'GET',
  host: 'localhost:8080',
  target: '/cart/items?page=2',
  userAgent: 'curl/8',
  status: 200,
  durationMs: 1.23456,
  requestBytes: 3,
  responseBytes: 14,
  call: aCall({}),
  ...parts,
});

const parsed = (parts: Partial<AccessEntry>) => JSON.parse(accessLine(entry(parts))) as Record<string, unknown>;

it('a line says who asked what of whom, how it ended, and of which trace it is', () => {
  expect(parsed({})).toEqual({
    level: 'info',
    time: '2026-01-31T12:00:00.000Z',
    client: '127.0.0.1',
    caller: 'web',
    method: 'GET',
    host: 'localhost:8080',
    path: '/cart/items?page=2',
    service: 'cart',
    instance: 'cart-1',
    kind: 'http',
    status: 200,
    bytesIn: 3,
    bytesOut: 14,
    durationMs: 1.23,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    userAgent: 'curl/8',
  });
  expect(parsed({ call: undefined, status: 204 })).not.toHaveProperty('service');
});

it.each([
  [entry(), 'info'],
  [entry({ status: 404 }), 'warn'],
  [entry({ status: 0 }), 'warn'],
  [entry({ status: 502 }), 'error'],
  [entry({ call: aCall({ grpcStatus: 5 }) }), 'error'],
])('the level follows the status (%#)', (one, level) => {
  expect(detectLevel(accessLine(one))).toBe(levelNumber(level));
});

it('secrets of the query, of a user in the address, and of a reason are never in it', () => {
  expect(withoutSecretValues('/x?key=a&api_key=b&a=key&access%5Ftoken=c&Pass-Word=d&pwd=e&code=f&keys=1')).toBe(
    '/x?key=…&api_key=…&a=key&access%5Ftoken=…&Pass-Word=d&pwd=…&code=…&keys=1',
  );
  expect(withoutSecretValues('http://ada:s3cret@cart/items?token=t')).toBe('http://cart/items?token=…');
  const line = accessLine(entry({ target: '/a?password=hunter2', call: aCall({ error: 'no /a?token=hunter2' }) }));
  expect(line).not.toContain('hunter2');
});

it('whatever a client sends makes one line of JSON, and not a long one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', maxLength: 5000 }), (userAgent, target) => {
      const line = accessLine(entry({ userAgent, target }));
      expect(line).not.toContain('\n');
      expect(JSON.parse(line)).toMatchObject({ status: 200 });
    }),
  );
  expect(accessLine(entry({ target: `/${'x'.repeat(60_000)}`, userAgent: 'y'.repeat(60_000) })).length).toBeLessThan(
    4000,
  );
});
