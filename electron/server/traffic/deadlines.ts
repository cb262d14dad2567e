import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';

/** Has a time limit, which it keeps itself when it is asked to. */
export interface Limited {
  /** Where {@link Deadlines} keeps it; -1 before, and after it was deleted. Nobody else writes it. */
  deadlineSlot: number;
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
 *
 * A list whose places are known, and no Set: a Set that is added to and deleted from with every request makes itself anew all the
 * time, each old table refers to the next one, and what stood in them is garbage that only a collection of all memory takes
 * away. A quarter of what requests leave behind was carried along so, in pauses of 10 ms.
 */
export class Deadlines implements Disposable {
  private readonly open: Limited[] = [];
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
    if (one.deadlineSlot >= 0) return;
    one.deadlineSlot = this.open.length;
    this.open.push(one);
    this.timer ??= this.clock.setInterval(() => this.look(), this.lookMs);
  }

  delete(one: Limited): void {
    const { deadlineSlot: slot } = one;
    if (slot < 0) return;
    one.deadlineSlot = -1;
    const last = this.open.pop() as Limited;
    if (last === one) return;
    this.open[slot] = last;
    last.deadlineSlot = slot;
  }

  dispose(): void {
    for (const one of this.open.splice(0)) one.deadlineSlot = -1;
    this.stop();
  }

  private look(): void {
    if (this.open.length === 0) this.stop();
    for (const one of [...this.open]) one.checkLate();
  }

  private stop(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
