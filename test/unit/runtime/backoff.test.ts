import { describe, expect, test } from 'vitest';
import type { RestartSpec } from '../../../electron/server/project/serviceSpec.ts';
import { Backoff } from '../../../electron/server/runtime/backoff.ts';

const spec: RestartSpec = { policy: 'on-failure', maxPerMinute: 10, maxInRow: 10, delayMs: 500, maxDelayMs: 30_000 };
const crash = { failed: true, livedMs: 1200 };

describe('SUP-07 restarts', () => {
  test('wait longer each time, up to the longest wait, and end', () => {
    const backoff = new Backoff(() => spec);
    const delays: number[] = [];
    let now = 0;
    for (;;) {
      const decision = backoff.decide(crash, now);
      if (decision.action !== 'restart') {
        expect(decision).toMatchObject({ action: 'give-up', restarts: 10, windowMs: now });
        break;
      }
      delays.push(decision.delayMs);
      now += decision.delayMs + crash.livedMs;
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  test('of a service that dies just after any wait are still bounded', () => {
    const backoff = new Backoff(() => spec);
    let now = 0;
    let restarts = 0;
    for (; restarts < 1000; restarts++) {
      // As long as it takes to look stable to something that compares with the wait.
      const livedMs = 31_000;
      now += livedMs;
      const decision = backoff.decide({ failed: true, livedMs }, now);
      if (decision.action !== 'restart') break;
      now += decision.delayMs;
    }
    expect(restarts).toBe(10);
  });

  test('begin anew after a stable life, a start by hand or a changed file', () => {
    const backoff = new Backoff(() => spec);
    backoff.decide(crash, 0);
    backoff.decide(crash, 2000);
    expect(backoff.decide({ failed: true, livedMs: 3_600_000 }, 3_700_000)).toEqual({
      action: 'restart',
      delayMs: 500,
    });
    expect(backoff.decide(crash, 3_702_000)).toEqual({ action: 'restart', delayMs: 1000 });
    backoff.reset();
    expect(backoff.decide(crash, 3_704_000)).toEqual({ action: 'restart', delayMs: 500 });
  });

  test('too many within a minute end although each wait is short', () => {
    const backoff = new Backoff(() => ({ ...spec, maxPerMinute: 3, maxInRow: 100, delayMs: 1, maxDelayMs: 1 }));
    const actions = [0, 10, 20, 30].map((now) => backoff.decide({ failed: true, livedMs: 1 }, now).action);
    expect(actions).toEqual(['restart', 'restart', 'restart', 'give-up']);
  });

  test('follow the policy', () => {
    const decide = (policy: RestartSpec['policy'], failed: boolean) =>
      new Backoff(() => ({ ...spec, policy })).decide({ failed, livedMs: 10 }, 0).action;
    expect([decide('never', true), decide('never', false)]).toEqual(['rest', 'rest']);
    expect([decide('on-failure', true), decide('on-failure', false)]).toEqual(['restart', 'rest']);
    expect([decide('always', true), decide('always', false)]).toEqual(['restart', 'restart']);
  });
});
