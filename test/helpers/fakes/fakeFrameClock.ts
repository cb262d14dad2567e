import type { FrameClock } from '../../../renderer/features/logs/livePace.ts';

/** Frames and time that pass when a test says so. */
export class FakeFrameClock implements FrameClock {
  private nowMs = 0;
  private frames: (() => void)[] = [];
  waits: { callback: () => void; delayMs: number }[] = [];

  now = (): number => this.nowMs;

  afterFrame = (callback: () => void): void => {
    this.frames.push(callback);
  };

  wait = (callback: () => void, delayMs: number): void => {
    this.waits.push({ callback, delayMs });
  };

  /** Input waits for its frame until the test draws one. */
  hasInput = false;

  afterInput = (callback: () => void): void => {
    if (this.hasInput) {
      this.frames.push(() => {
        this.hasInput = false;
        callback();
      });
    } else callback();
  };

  advance(ms: number): void {
    this.nowMs += ms;
  }

  draw(): void {
    const { frames } = this;
    this.frames = [];
    for (const callback of frames) callback();
  }

  finishWaits(): void {
    const { waits } = this;
    this.waits = [];
    for (const { callback } of waits) callback();
  }
}
