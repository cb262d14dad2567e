import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/**
 * Between two questions to a cluster that says nothing, ms. A connection that was cut without a word looks like a quiet
 * cluster: this and once more is how long that is taken for the truth. Each costs a small request.
 */
export const pulseMs = 10_000;

/** What {@link Pulse} needs. */
export interface PulseOptions {
  clock: Clock;
  /** Asks for something small. */
  ask(): Promise<unknown>;
  /** It does not answer; told at each question without one. */
  handleSilence(error: unknown): void;
  /** It answers again. */
  handleAnswer(): void;
}

/** Notices that a cluster does not answer although no connection to it has broken. */
export class Pulse implements Disposable {
  private timer: Disposable | undefined;
  private isAsking = false;
  private isSilent = false;
  private hasHeard = false;

  constructor(private readonly options: PulseOptions) {}

  start(): void {
    this.timer = this.options.clock.setInterval(() => void this.beat(), pulseMs);
  }

  /** Something came from the cluster, so it need not be asked. */
  hear(): void {
    this.hasHeard = true;
  }

  private async beat(): Promise<void> {
    if (this.hasHeard && !this.isSilent) {
      this.hasHeard = false;
      return;
    }
    if (this.isAsking) {
      this.fallSilent(new Error(`no answer within ${pulseMs / 1000} s`));
      return;
    }
    this.isAsking = true;
    try {
      await this.options.ask();
      if (this.isSilent && this.timer) this.options.handleAnswer();
      this.isSilent = false;
    } catch (error) {
      this.fallSilent(error);
    } finally {
      this.isAsking = false;
    }
  }

  private fallSilent(error: unknown): void {
    if (!this.timer) return;
    this.isSilent = true;
    this.options.handleSilence(error);
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
