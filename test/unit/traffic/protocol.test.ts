import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isHttp2 } from '../../../shared/lib/protocol.ts';

it('a connection is one of HTTP/2 when it begins with its preface, and of HTTP/1.1 with any method', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(isHttp2(bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))).toBe(true);
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'PROPFIND', 'OPTIONS', 'CONNECT'])
    expect(isHttp2(bytes(`${method} / HTTP/1.1\r\n`)), method).toBe(false);
  expect(isHttp2(bytes('PR'))).toBe(false);
  expect(isHttp2(bytes(''))).toBe(false);
  fc.assert(
    fc.property(fc.uint8Array(), (first) => isHttp2(first) === Buffer.from(first).toString('latin1').startsWith('PRI')),
  );
});
