import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkContentType,
  checkOrigin,
  cookieValue,
  isOwnOrigin,
  sameSecret,
} from '../../../electron/server/api/http/guard.ts';
import { MicroError } from '../../../shared/contract/errors.ts';

function codeOf(run: () => void): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return (error as MicroError).code;
  }
}

describe('guard of the local API', () => {
  it.each(['127.0.0.1:8081', 'localhost:8081', 'LOCALHOST:8081', '[::1]:8081'])(
    'answers for its own host %s',
    (host) => {
      expect(codeOf(() => checkOrigin({ headers: { host } }, 8081))).toBe('passed');
    },
  );

  it.each(['evil.example', 'evil.example:8081', '127.0.0.1:8082', '127.0.0.1', '127.0.0.1.evil.example:8081', ''])(
    'DT-07 refuses the foreign host "%s"',
    (host) => {
      expect(codeOf(() => checkOrigin({ headers: { host } }, 8081))).toBe('api.forbidden-host');
    },
  );

  it('reads the host of HTTP/2 from :authority', () => {
    expect(codeOf(() => checkOrigin({ headers: { ':authority': 'evil.example' } }, 8081))).toBe('api.forbidden-host');
    expect(codeOf(() => checkOrigin({ headers: { ':authority': '127.0.0.1:8081' } }, 8081))).toBe('passed');
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1:8081', 'http://127.0.0.1:9999', 'app://other', 'file://'])(
    'DT-07 refuses pages of %s',
    (origin) => {
      expect(codeOf(() => checkOrigin({ headers: { host: '127.0.0.1:8081', origin } }, 8081))).toBe(
        'api.forbidden-origin',
      );
    },
  );

  it('takes pages of the desktop app and its own', () => {
    expect(isOwnOrigin('app://micro', 8081)).toBe(true);
    expect(isOwnOrigin('http://localhost:8081', 8081)).toBe(true);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/proto',
    'application/grpc',
    'application/grpc-web+proto',
    'application/connect+json',
  ])('takes bodies of type %s', (type) => {
    expect(codeOf(() => checkContentType({ headers: { 'content-type': type } }))).toBe('passed');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'text/plain; application/json',
  ])('DT-07 refuses bodies of type "%s"', (type) => {
    expect(codeOf(() => checkContentType({ headers: { 'content-type': type } }))).toBe('api.content-type');
  });

  it('finds a cookie among others, and only by its whole name', () => {
    expect(cookieValue({ cookie: 'a=1; micro_session_8081=abc=; b=2' }, 'micro_session_8081')).toBe('abc=');
    expect(cookieValue({ cookie: 'xmicro_session_8081=abc' }, 'micro_session_8081')).toBe('');
  });

  it('two secrets are the same exactly when their texts are', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameSecret(a, b) === (a === b)));
  });
});
