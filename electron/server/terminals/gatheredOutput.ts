import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';

/**
 * Output that comes so soon after the last that was handed over waits until this is over, ms, unless it is much: a terminal
 * hands over 4 KB at a time, and a message, a drawing and a receipt for each of them cost more than its text. The echo of a
 * key comes after a pause and does not wait.
 */
const GATHER_MS = 4;
const GATHER_BYTES = 32 * 1024;

/** Puts small pieces of output together, in order, before they are shown. */
export class GatheredOutput {
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private lastFlushMs = Number.NEGATIVE_INFINITY;
  private timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly show: (data: Uint8Array) => void,
  ) {}

  add(data: Uint8Array): void {
    this.pieces.push(data);
    this.bytes += data.length;
    const waitMs = this.lastFlushMs + GATHER_MS - this.clock.monotonic();
    if (waitMs <= 0 || this.bytes >= GATHER_BYTES) this.flush();
    else this.timer ??= this.clock.setTimeout(() => this.flush(), waitMs);
  }

  /** Shows what waits, now. */
  flush(): void {
    this.timer?.dispose();
    this.timer = undefined;
    const { pieces } = this;
    if (pieces.length === 0) return;
    this.pieces = [];
    this.bytes = 0;
    this.lastFlushMs = this.clock.monotonic();
    this.show(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces));
  }
}
