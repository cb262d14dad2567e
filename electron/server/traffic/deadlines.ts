import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';

/** Has a time limit, which it keeps itself when it is asked to. */
export interface Limited {
  /** Ends what takes too long. */
  checkLate(): void;
}

/** ms between two looks, at most: limits are kept no more exactly than this, and are some hundred times as long. */
const LOOK_MS = 500;

/** Part of a limit between two looks, where that is shorter. */
const LOOK_SHARE = 0.1;

/**
 * Looks now and then whether something takes too long. A timer for each request would be set and taken back thousands of times
 * a second, for the one that is needed once a day.
 */
export class Deadlines implements Disposable {
  private readonly open = new Set<Limited>();
  private readonly lookMs: number;
  private timer: Disposable | undefined;

  /** `limitMs`: the shortest limit that is to be kept. */
  constructor(
    private readonly clock: Pick<Clock, 'setInterval'>,
    limitMs: number,
  ) {
    this.lookMs = Math.max(1, Math.min(LOOK_MS, limitMs * LOOK_SHARE));
  }

  /** Asks `one` from now on, until it is deleted. */
  add(one: Limited): void {
    this.open.add(one);
    this.timer ??= this.clock.setInterval(() => this.look(), this.lookMs);
  }

  delete(one: Limited): void {
    this.open.delete(one);
  }

  dispose(): void {
    this.open.clear();
    this.stop();
  }

  private look(): void {
    if (this.open.size === 0) this.stop();
    for (const one of [...this.open]) one.checkLate();
  }

  private stop(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
