import { afterFrame, afterInput } from './inputFrame.ts';

/** Between two live messages passes at least so much time, ms: twenty pictures a second are more than anybody reads. */
const leastPauseMs = 50;

/** … and so many times what drawing the last one took, so that input always finds the page at rest. */
const restFactor = 4;

/** … but never more than this, ms: what is shown must not lag behind on a slow machine. */
const mostPauseMs = 500;

/** Time and frames; tests bring their own. */
export interface FrameClock {
  readonly now: () => number;
  /** Calls back once the next frame has been drawn. */
  readonly afterFrame: (callback: () => void) => void;
  /** Calls back at a moment at which no input is likely; see {@link afterInput}. */
  readonly afterInput: (callback: () => void, isAwaited: boolean) => void;
  readonly wait: (callback: () => void, delayMs: number) => void;
}

const windowClock: FrameClock = {
  now: () => performance.now(),
  afterFrame,
  afterInput,
  wait: (callback, delayMs) => void setTimeout(callback, delayMs),
};

/**
 * When live messages are drawn, and when the next one is asked for: after the last one was drawn, and after a rest that leaves
 * room for input. What input does is drawn first: a live message that comes meanwhile waits for the frame after it, and while
 * somebody uses the window it comes between two inputs.
 */
export class LivePace {
  private waiting: (() => void) | undefined;
  private held: (() => void) | undefined;
  /** Somebody waits for the next message: the first one, and what following begins with. */
  private isAwaited = true;

  constructor(private readonly clock: FrameClock = windowClock) {}

  /** A live message came: `draw` takes it in, now or soon; `ready` is called when the next one may come. */
  handleLive(draw: () => void, ready: () => void): void {
    this.endRest();
    const held = (): void => {
      if (this.held !== held) return;
      this.held = undefined;
      this.isAwaited = false;
      this.draw(draw, ready);
    };
    this.held = held;
    this.clock.afterInput(held, this.isAwaited);
  }

  /** Takes in now what is held back: something follows that comes after it. */
  flush(): void {
    this.held?.();
  }

  /** What is held back is not true any more. */
  drop(): void {
    this.held = undefined;
  }

  /** Somebody waits for what is new: no rest this time, and none for the next input. */
  hurry(): void {
    this.isAwaited = true;
    if (this.held) this.clock.afterInput(this.held, true);
    this.endRest();
  }

  private endRest(): void {
    this.waiting?.();
  }

  private draw(draw: () => void, ready: () => void): void {
    const { clock } = this;
    const beganMs = clock.now();
    const once = (): void => {
      if (this.waiting !== once) return;
      this.waiting = undefined;
      ready();
    };
    this.waiting = once;
    draw();
    clock.afterFrame(() => {
      const tookMs = clock.now() - beganMs;
      clock.wait(once, Math.min(mostPauseMs, Math.max(leastPauseMs, tookMs * restFactor)));
    });
  }
}
