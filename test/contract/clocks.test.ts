import { describe, expect, it } from 'vitest';
import { type Clock, sleep, systemClock } from '../../electron/server/base/clock.ts';
import { FakeClock } from '../helpers/fakes/fakeClock.ts';

/** What every clock promises, so that what was proven on the fake one holds on the machine's. */
const clocks: { name: string; make(): { clock: Clock; pass(ms: number): Promise<void> } }[] = [
  {
    name: 'of the machine',
    make: () => ({ clock: systemClock, pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }),
  },
  {
    name: 'that a test moves',
    make: () => {
      const clock = new FakeClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  },
];

describe.each(clocks)('a clock $name', ({ make }) => {
  it('goes forward, both by the wall and by its monotonic time', async () => {
    const { clock, pass } = make();
    const before = { wall: clock.now(), monotonic: clock.monotonic() };
    await pass(20);
    expect(clock.monotonic() - before.monotonic).toBeGreaterThanOrEqual(19);
    expect(clock.now()).toBeGreaterThanOrEqual(before.wall + 19);
  });

  it('calls once after the time, in order of time and then of asking, never before control is given back', async () => {
    const { clock, pass } = make();
    const called: string[] = [];
    clock.setTimeout(() => called.push('late'), 15);
    clock.setTimeout(() => called.push('first'), 1);
    clock.setTimeout(() => called.push('second'), 1);
    expect(called).toEqual([]);
    await pass(60);
    expect(called).toEqual(['first', 'second', 'late']);
  });

  it('does not call what was disposed, not even when it is due already', async () => {
    const { clock, pass } = make();
    const called: string[] = [];
    const second = { dispose: (): void => undefined };
    clock.setTimeout(() => second.dispose(), 1);
    Object.assign(
      second,
      clock.setTimeout(() => called.push('second'), 1),
    );
    clock.setTimeout(() => called.push('gone'), 5).dispose();
    await pass(40);
    expect(called).toEqual([]);
  });

  it('repeats until disposed, also from within', async () => {
    const { clock, pass } = make();
    let calls = 0;
    const timer = clock.setInterval(() => {
      calls += 1;
      if (calls === 3) timer.dispose();
    }, 2);
    await pass(60);
    expect(calls).toBe(3);
  });

  it('lets a sleep end early with the reason it was given', async () => {
    const { clock, pass } = make();
    const reason = new Error('enough');
    const controller = new AbortController();
    const slept = sleep(clock, 1_000_000, controller.signal);
    const ended = expect(slept).rejects.toBe(reason);
    await pass(1);
    controller.abort(reason);
    await ended;
    await expect(sleep(clock, 1, controller.signal)).rejects.toBe(reason);
  });
});
