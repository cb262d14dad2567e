import { expect, test } from 'vitest';
import { parseAddress } from '../../../electron/server/project/parseAddress.ts';

test.each([
  ['db.local:5432', 'db.local', 5432],
  [':5432', '127.0.0.1', 5432],
  ['5432', '127.0.0.1', 5432],
  ['[::1]:5432', '::1', 5432],
  ['http://api.local', 'api.local', 80],
  ['https://api.local/path', 'api.local', 443],
  ['http://[::1]:8080/', '::1', 8080],
  ['postgres://user:secret@db/shop', 'db', 5432],
])('%s is host %s and port %i', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test.each(['', 'db', 'db:', 'db:0', 'db:70000', 'unknown://db', 'http://', 'a b:1'])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
