import { expect, test } from 'vitest';
import type { Dialer } from '../../../electron/server/host/dialer.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import { watchLiveness } from '../../../electron/server/runtime/liveness.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

const NIGHT_MS = 8 * 3_600_000;

test('what a sleep of the machine broke restarts nothing; what is still broken afterwards does', async () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  let dials = 0;
  const dialer: Dialer = {
    connect: async () => {
      dials++;
      throw new Error('refused');
    },
    get: () => Promise.reject(new Error('unused')),
  };
  const live = { by: 'tcp' as const, port: 4000, intervalMs: 1_000, timeoutMs: 500, failures: 2 };
  const watch = watchLiveness(
    { clock, dialer },
    { spec: { live } as unknown as ServiceSpec, address: undefined, execute: () => Promise.resolve(undefined) },
    (problem) => seen.push(problem?.final ? 'final' : (problem?.text ?? 'healthy')),
  );
  await clock.advance(1_000);
  expect(seen).toHaveLength(1);

  // The lid is closed for a night: the timer fires late, and nobody is asked in the moment of waking.
  clock.setWallClock(clock.now() + NIGHT_MS);
  const before = dials;
  await clock.advance(1_000);
  expect(dials).toBe(before);
  // The count begins anew.
  await clock.advance(1_000);
  expect(seen.at(-1)).toContain('1 of 2');
  await clock.advance(1_000);
  expect(seen.at(-1)).toBe('final');
  watch.dispose();
  expect(clock.pendingTimers).toBe(0);
});
