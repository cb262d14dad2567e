import { expect, it } from 'vitest';
import { KeptBody, keptBodyOf } from '../../../electron/server/traffic/keptBody.ts';
import { RecentCalls } from '../../../electron/server/traffic/recentCalls.ts';
import { aCall } from '../../helpers/aCall.ts';

it.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/vnd.api+json', true],
  ['text/plain', true],
  ['application/x-www-form-urlencoded', true],
  ['application/jsonish', false],
  ['application/octet-stream', false],
  ['multipart/form-data; boundary=x', false],
  ['application/grpc+json', true],
  ['application/grpc', true],
  [undefined, false],
])('of a body of type %s text is kept: %s', (type, kept) => {
  expect(keptBodyOf({ headers: { 'content-type': type } }, 100) !== undefined).toBe(kept);
});

it('nothing is kept of compressed text, nor with a limit of nothing', () => {
  expect(keptBodyOf({ headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' } }, 100)).toBeUndefined();
  expect(keptBodyOf({ headers: { 'content-type': 'text/plain' } }, 0)).toBeUndefined();
});

it('a body is kept up to its limit, and says when it was longer', () => {
  const body = new KeptBody('text/plain', 5);
  body.take(Buffer.from('abc'));
  expect([body.bytes().toString(), body.isCut]).toEqual(['abc', false]);
  body.take(Buffer.from('de'));
  expect([body.bytes().toString(), body.isCut]).toEqual(['abcde', false]);
  body.take(Buffer.from('f'));
  expect([body.bytes().toString(), body.length, body.isCut]).toEqual(['abcde', 5, true]);
});

it('what is kept does not hold the buffer that it came in', () => {
  const pool = Buffer.alloc(64 * 1024, 'x');
  const body = new KeptBody('text/plain', 5);
  body.take(pool);
  pool.fill('y');
  expect(body.bytes().toString()).toBe('xxxxx');
});

it('the bodies of all calls are bounded: the oldest is let go first', () => {
  const calls = new RecentCalls(10);
  const add = (text: string) => {
    const body = new KeptBody('text/plain', 100);
    body.take(Buffer.from(text));
    const call = aCall({ body });
    calls.add(call);
    return call;
  };
  const [first, second, third] = [add('12345'), add('12345'), add('123')];
  expect(first.body).toBeUndefined();
  expect(calls.get(first.id)).toBe(first);
  expect(calls.get(second.id)).toBe(second);
  expect(calls.get(third.id)?.body?.bytes().toString()).toBe('123');
  add('x'.repeat(50));
  expect(second.body ?? third.body).toBeUndefined();
});
