import type { Clock } from '../../../electron/server/base/clock.ts';
import { type Disposable, toDisposable } from '../../../electron/server/base/lifecycle.ts';

interface Timer {
  at: number;
  order: number;
  callback: () => void;
  periodMs: number | undefined;
}

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their time; promises that they settle are
 * let run before the next timer fires.
 */
export class FakeClock implements Clock {
  private timers = new Set<Timer>();
  private time: number;
  private elapsed = 0;
  private order = 0;

  constructor(startMs = 1_700_000_000_000) {
    this.time = startMs;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimeout(callback: () => void, delayMs: number): Disposable {
    return this.add(callback, delayMs, undefined);
  }

  setInterval(callback: () => void, periodMs: number): Disposable {
    return this.add(callback, periodMs, periodMs);
  }

  /** How many timers are set; 0 at the end of a test that cleans up. */
  get pendingTimers(): number {
    return this.timers.size;
  }

  /** Moves both clocks forward, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await flush();
    for (;;) {
      const due = [...this.timers]
        .filter((timer) => timer.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.moveTo(Math.max(due.at, this.elapsed));
      if (due.periodMs === undefined) this.timers.delete(due);
      else due.at += Math.max(due.periodMs, 1);
      due.callback();
      await flush();
    }
    this.moveTo(end);
    await flush();
  }

  /** Sets the wall clock, as a user or NTP does; the monotonic clock does not notice. */
  setWallClock(ms: number): void {
    this.time = ms;
  }

  private moveTo(elapsed: number): void {
    this.time += elapsed - this.elapsed;
    this.elapsed = elapsed;
  }

  private add(callback: () => void, delayMs: number, periodMs: number | undefined): Disposable {
    const timer: Timer = { at: this.elapsed + Math.max(delayMs, 0), order: this.order++, callback, periodMs };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }
}

/** Lets everything run that waits for promises only. */
export async function flush(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
