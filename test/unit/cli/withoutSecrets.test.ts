import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../../electron/cli/withoutSecrets.ts';

describe('what is handed to a stranger', () => {
  test.each([
    ['Authorization: Bearer S3CR3T-zz', 'S3CR3T-zz'],
    ['proxy-authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['DB_PASSWORD=S3CR3T-zz next', 'S3CR3T-zz'],
    ['{"apiKey": "S3CR3T \\"zz", "name": "web"}', 'S3CR3T'],
    ['postgres://ann:S3CR3T-zz@db:5432/shop', 'S3CR3T-zz'],
    ['GET /x?access_token=S3CR3T-zz&b=1', 'S3CR3T-zz'],
    ["set-cookie: 'sid=S3CR3T-zz; Path=/'", 'S3CR3T-zz'],
    ['got eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl', 'eyJzdWIiOiIx'],
    ['push with ghp_0123456789abcdefghij', '0123456789abcdefghij'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
    ['-----BEGIN PRIVATE KEY-----\nMIIabc', 'MIIabc'],
  ])('%s', (text, secret) => {
    expect(withoutSecrets(text)).not.toContain(secret);
  });

  test('keeps what helps', () => {
    const text =
      '2026-11-30 info using the server of pid 12 at http://127.0.0.1:8081 {"name":"web","status":"running"}';
    expect(withoutSecrets(text)).toBe(text);
    expect(withoutSecrets('GET /x?access_token=abc&b=1')).toBe('GET /x?access_token=[removed]&b=1');
    expect(withoutSecrets('postgres://ann:pw@db:5432/shop')).toBe('postgres://[removed]@db:5432/shop');
  });

  test('never holds a known value, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^[A-Za-z0-9]{12,40}$/), fc.string(), (before, secret, after) => {
        expect(withoutSecrets(`${before}${secret}${after}`, [secret])).not.toContain(secret);
      }),
    );
  });
});
