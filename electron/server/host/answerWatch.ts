import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';

/**
 * ms for which an engine that is asked may say nothing at all before it is looked at: a long statement is no reason to look, as
 * others are answered beside it. Less, and a pause of its machine costs a connection; more, and callers wait for nothing.
 */
const SILENT_MS = 3_000;

/** What {@link AnswerWatch} works with. */
export interface AnswerWatchOptions {
  clock: Clock;
  /** Whether the engine takes a new connection; rejects when it does not, which has to happen within seconds. */
  probe(): Promise<void>;
  /** It hangs: connected, and dead to everybody. */
  handleHung(error: unknown): void;
}

/**
 * Notices an engine that hangs, whose connections stay open while nobody answers: when all that is asked of it goes without
 * any answer for a while, it is asked for one more connection.
 */
export class AnswerWatch {
  private underWay = 0;
  private answeredAt = 0;
  private timer: Disposable | undefined;
  private isClosed = false;

  constructor(private readonly options: AnswerWatchOptions) {}

  /** Asks for something; what comes of it, or an error, is a sign of life. */
  during<T>(ask: () => Promise<T>): Promise<T> {
    const { clock } = this.options;
    if (this.underWay === 0) this.answeredAt = clock.monotonic();
    this.underWay += 1;
    this.timer ??= clock.setTimeout(() => void this.look(), SILENT_MS);
    return ask().then(this.handleAnswer, this.handleError);
  }

  // Made once: everything that is asked of an engine comes by here.
  private readonly handleAnswer = <T>(answer: T): T => {
    this.underWay -= 1;
    this.answeredAt = this.options.clock.monotonic();
    return answer;
  };

  private readonly handleError = (error: unknown): never => {
    this.handleAnswer(undefined);
    throw error;
  };

  close(): void {
    this.isClosed = true;
    this.timer?.dispose();
  }

  private async look(): Promise<void> {
    const { clock, probe, handleHung } = this.options;
    const isSilent = (): boolean => this.underWay > 0 && clock.monotonic() - this.answeredAt >= SILENT_MS;
    if (isSilent())
      await probe().catch((error: unknown) => {
        if (isSilent() && !this.isClosed) handleHung(error);
      });
    this.timer = undefined;
    if (this.underWay > 0 && !this.isClosed) this.timer = clock.setTimeout(() => void this.look(), SILENT_MS);
  }
}
