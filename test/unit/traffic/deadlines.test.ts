import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deadlines, type Limited } from '../../../electron/server/traffic/deadlines.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

/** Something that counts how often it is looked at. */
function counted(): Limited & { looks: number } {
  return {
    deadlineSlot: -1,
    looks: 0,
    checkLate() {
      this.looks++;
    },
  };
}

it('what is added is looked at several times within its limit, until it is deleted', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  const [stays, goes] = [counted(), counted()];
  deadlines.add(stays);
  deadlines.add(goes);
  await clock.advance(250);
  deadlines.delete(goes);
  await clock.advance(750);
  expect([stays.looks, goes.looks]).toEqual([10, 2]);
  deadlines.dispose();
});

it('a long limit is kept to half a second', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 120_000);
  const one = counted();
  deadlines.add(one);
  await clock.advance(5000);
  expect(one.looks).toBe(10);
  deadlines.dispose();
});

it('while nothing is under way there is no timer, and something new is looked at again', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  const first = counted();
  deadlines.add(first);
  deadlines.delete(first);
  await clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
  const second = counted();
  deadlines.add(second);
  await clock.advance(100);
  expect(second.looks).toBe(1);
  deadlines.dispose();
  expect(clock.pendingTimers).toBe(0);
});

it('one that ends itself while it is looked at does not keep the others from their look', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  const other = counted();
  const ending: Limited = { deadlineSlot: -1, checkLate: () => deadlines.delete(ending) };
  deadlines.add(ending);
  deadlines.add(other);
  await clock.advance(100);
  expect(other.looks).toBe(1);
  deadlines.dispose();
});

it('keeps exactly those that were added and not deleted, in whatever order they come and go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 60 }), async (switched) => {
      const clock = new FakeClock();
      const deadlines = new Deadlines(clock, 1000);
      const all = Array.from({ length: 10 }, counted);
      const open = new Set<number>();
      for (const at of switched) {
        const one = all[at] as Limited;
        if (open.delete(at)) deadlines.delete(one);
        else {
          open.add(at);
          deadlines.add(one);
          deadlines.add(one);
        }
      }
      await clock.advance(100);
      expect(all.map(({ looks }) => looks)).toEqual(all.map((_, at) => (open.has(at) ? 1 : 0)));
      deadlines.dispose();
      expect(clock.pendingTimers).toBe(0);
    }),
  );
});
