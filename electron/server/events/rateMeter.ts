import type { Clock } from '../base/clock.ts';

/** Seconds over which a rate is taken; fewer jump, more are late. */
const WINDOW_S = 10;

/** How many a second, over the last ten. */
export class RateMeter {
  private readonly counts = new Array<number>(WINDOW_S).fill(0);
  private second = 0;

  constructor(private readonly clock: Clock) {}

  add(count: number): void {
    this.roll();
    const index = this.second % WINDOW_S;
    this.counts[index] = (this.counts[index] as number) + count;
  }

  get perSecond(): number {
    this.roll();
    return this.counts.reduce((sum, count) => sum + count, 0) / WINDOW_S;
  }

  private roll(): void {
    const now = Math.floor(this.clock.monotonic() / 1000);
    for (let second = Math.max(this.second + 1, now - WINDOW_S + 1); second <= now; second++)
      this.counts[second % WINDOW_S] = 0;
    this.second = now;
  }
}
