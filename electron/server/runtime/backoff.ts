import type { RestartSpec } from '../project/serviceSpec.ts';

/**
 * An instance that lived so long was stable, and the count of restarts in a row begins anew. Clearly longer than any
 * wait between restarts, so that a service that dies just after a wait cannot reset it again and again (SUP-07).
 */
export const stableMs = 60_000;
const minuteMs = 60_000;

/** What to do after an instance ended by itself. */
export type RestartDecision =
  | { action: 'rest' }
  | { action: 'restart'; delayMs: number }
  | { action: 'give-up'; restarts: number; windowMs: number };

/** Decides whether and when a service is started again. One per service; `reset` on a start by hand or a changed file. */
export class Backoff {
  private inRow = 0;
  private firstAt = 0;
  private recent: number[] = [];

  constructor(private readonly spec: () => RestartSpec) {}

  reset(): void {
    this.inRow = 0;
    this.recent = [];
  }

  /** Called once for each end that was not asked for. `livedMs` counts from the start of the process. */
  decide(end: { failed: boolean; livedMs: number }, now: number): RestartDecision {
    const { policy, maxPerMinute, maxInRow, delayMs, maxDelayMs } = this.spec();
    if (policy === 'never' || (policy === 'on-failure' && !end.failed)) return { action: 'rest' };
    if (end.livedMs >= Math.max(stableMs, 2 * maxDelayMs)) this.inRow = 0;
    if (this.inRow === 0) this.firstAt = now;
    this.recent = this.recent.filter((at) => now - at < minuteMs);
    if (this.inRow >= maxInRow || this.recent.length >= maxPerMinute) {
      const restarts = Math.max(this.inRow, this.recent.length);
      return { action: 'give-up', restarts, windowMs: now - Math.min(this.firstAt, this.recent[0] ?? now) };
    }
    this.recent.push(now);
    // 2^20 times any delay is beyond every maximum; more would overflow.
    const delay = Math.min(maxDelayMs, delayMs * 2 ** Math.min(this.inRow, 20));
    this.inRow++;
    return { action: 'restart', delayMs: delay };
  }
}
