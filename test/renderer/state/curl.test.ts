import { describe, expect, it } from 'vitest';
import { toCurl } from '../../../renderer/state/curl.ts';

const gateway = 'http://127.0.0.1:8080';
const draft = { service: 'orders', method: 'GET', path: '/list', headers: [], body: '' };

describe('a call as a curl command', () => {
  it('a plain GET needs nothing but its address', () => {
    expect(toCurl(gateway, draft)).toBe('curl -sS http://127.0.0.1:8080/orders/list');
  });

  it('what the shell would take for itself is quoted', () => {
    const call = {
      ...draft,
      method: 'POST',
      path: '/list?a=1&b=$x',
      headers: [{ name: 'x-note', value: "it's" }],
      body: '{"a": 1}',
    };
    expect(toCurl(gateway, call)).toBe(
      `curl -sS -H 'x-note: it'\\''s' -H content-type: --data-raw '{"a": 1}' 'http://127.0.0.1:8080/orders/list?a=1&b=$x'`,
    );
  });

  it('a method that curl would not choose by itself is named', () => {
    expect(toCurl(gateway, { ...draft, method: 'DELETE' })).toContain('-X DELETE');
    expect(toCurl(gateway, { ...draft, method: 'PUT', body: 'x' })).toContain('-X PUT');
  });
});
