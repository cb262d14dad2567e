import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayRetry, withRetries } from '../../../shared/sdk/retry.ts';
import { ServiceError } from '../../../shared/sdk/serviceError.ts';

const refused = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
});
const cut = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
});

describe('a call that failed', () => {
  it('is made again when nobody can have seen it, whatever it does', () => {
    expect(mayRetry(refused, false)).toBe(true);
    expect(mayRetry(new ServiceError(503, 'no instance', { error: 'gateway.not-ready' }), false)).toBe(true);
  });

  it('is made again after other failures only if twice is as good as once', () => {
    for (const error of [
      cut,
      new ServiceError(502, 'broke', { error: 'gateway.upstream-failed' }),
      new ServiceError(503, 'busy'),
    ]) {
      expect([mayRetry(error, false), mayRetry(error, true)]).toEqual([false, true]);
    }
  });

  it('is not made again when the answer would be the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(400, 401, 403, 404, 409, 412, 422, 500, 501), fc.boolean(), (code, idempotent) => {
        expect(mayRetry(new ServiceError(code, 'no'), idempotent)).toBe(false);
      }),
    );
  });

  it('is made as often as it may be, and fails with the last reason', async () => {
    const { signal } = new AbortController();
    let made = 0;
    const fail = (): Promise<never> => Promise.reject(new ServiceError(503, `attempt ${++made}`));
    await expect(withRetries(fail, { retries: 2, idempotent: true, signal })).rejects.toThrow('attempt 3');
    await expect(withRetries(fail, { retries: 2, idempotent: false, signal })).rejects.toThrow('attempt 4');
  });

  it('is not made again once the caller has given up', async () => {
    const controller = new AbortController();
    let made = 0;
    const attempt = (): Promise<never> => {
      made++;
      controller.abort();
      return Promise.reject(refused);
    };
    await expect(withRetries(attempt, { retries: 5, idempotent: true, signal: controller.signal })).rejects.toBe(
      refused,
    );
    expect(made).toBe(1);
  });
});
