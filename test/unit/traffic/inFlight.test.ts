import { expect, it } from 'vitest';
import { InFlight } from '../../../electron/server/traffic/inFlight.ts';

const never = new AbortController().signal;

it('a node is idle when as many have ended as have begun', async () => {
  const inFlight = new InFlight();
  inFlight.begin('a');
  inFlight.begin('a');
  inFlight.begin('b');
  let idle = false;
  const waiting = inFlight.whenIdle('a', never).then(() => (idle = true));
  inFlight.end('a');
  await Promise.resolve();
  expect(idle).toBe(false);
  inFlight.end('a');
  await waiting;
  expect([inFlight.inFlight('a'), inFlight.inFlight('b')]).toEqual([0, 1]);
});

it('waiting ends when it is given up', async () => {
  const inFlight = new InFlight();
  inFlight.begin('a');
  const limit = new AbortController();
  const waiting = inFlight.whenIdle('a', limit.signal);
  limit.abort();
  await waiting;
  expect(inFlight.inFlight('a')).toBe(1);
  await inFlight.whenIdle('never seen', never);
});
