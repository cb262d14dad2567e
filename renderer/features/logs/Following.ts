import type { LogSource } from './logSource.ts';

/** Whether a view follows the end of its log, and how many lines came since it stopped. */
export class Following {
  private isOn = true;
  /** Where the log ended when following ended; undefined until everything stored then has been looked at. */
  private endWhenPaused: number | undefined;

  constructor(private readonly source: LogSource) {}

  get on(): boolean {
    return this.isOn;
  }

  /** Rows that arrived since following ended. */
  get waiting(): number {
    const { end } = this.source.extent();
    return this.isOn ? 0 : Math.max(0, end - (this.endWhenPaused ?? end));
  }

  start(): void {
    this.isOn = true;
    this.source.follow(true);
  }

  stop(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.endWhenPaused = undefined;
    this.countFromHere();
    this.source.follow(false);
  }

  /** The log changed. Lines that are only now found in what was stored are no new lines. */
  countFromHere(): void {
    const { end, scanning, status } = this.source.extent();
    if (!this.isOn && !scanning && status === 'open') this.endWhenPaused ??= end;
  }

  /** Rows have new numbers. */
  startGeneration(): void {
    this.endWhenPaused = undefined;
  }
}
