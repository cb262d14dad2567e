/**
 * Until when a lease is sure to be held, by the clock of its holder alone: from the moment that a renewal which was answered
 * was asked for, as long as the lease lasts. Whoever gives the lease counts from a later moment, so it never ends earlier.
 * Times are ms of a monotonic clock.
 */
export class LeaseCertainty {
  private readonly asked: number[] = [];
  private untilMs: number;

  /** `grantedAt`: when the lease itself was asked for. */
  constructor(
    private readonly lastsMs: number,
    grantedAt: number,
  ) {
    this.untilMs = grantedAt + lastsMs;
  }

  /** It is sure to be held before this moment. */
  get until(): number {
    return this.untilMs;
  }

  /** A renewal is asked for. Answers come in the order of what was asked. */
  ask(now: number): void {
    this.asked.push(now);
  }

  /** The oldest renewal that was asked for is answered. */
  confirm(): void {
    const at = this.asked.shift();
    if (at !== undefined) this.untilMs = Math.max(this.untilMs, at + this.lastsMs);
  }

  /** What was asked for on a connection that is gone is never answered. */
  forgetAsked(): void {
    this.asked.length = 0;
  }

  /** The machine slept for so long, which its monotonic clock does not count but whoever gave the lease does. */
  sleep(ms: number): void {
    this.untilMs -= ms;
    for (const [index, at] of this.asked.entries()) this.asked[index] = at - ms;
  }
}
