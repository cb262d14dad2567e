import { expect, it } from 'vitest';
import { TraceSampler } from '../../../electron/server/traffic/traceSampler.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

const ids = Array.from({ length: 50_000 }, (_, i) =>
  (Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(16).padStart(32, '0'),
);

it('all are kept at a usual rate', async () => {
  const clock = new FakeClock();
  const sampler = new TraceSampler(clock);
  for (let second = 0; second < 5; second++) {
    for (let i = 0; i < 450; i++) expect(sampler.keeps(ids[i]!, false)).toBe(true);
    await clock.advance(1000);
  }
});

it('in a flood a share of the traces is kept whole, and every failed call', async () => {
  const clock = new FakeClock();
  const sampler = new TraceSampler(clock);
  for (const id of ids.slice(0, 20_000)) sampler.keeps(id, false);
  await clock.advance(1000);
  const first = ids.slice(0, 20_000).filter((id) => sampler.keeps(id, false));
  expect(first.length).toBeGreaterThan(100);
  expect(first.length).toBeLessThan(1000);
  expect(first.every((id) => sampler.keeps(id, false))).toBe(true);
  expect(ids.slice(0, 1000).every((id) => sampler.keeps(id, true))).toBe(true);
});
