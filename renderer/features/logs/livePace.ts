/** Between two live messages passes at least so much time, ms: twenty pictures a second are more than anybody reads. */
const leastPauseMs = 50;

/** … and so many times what drawing the last one took, so that input always finds the page at rest. */
const restFactor = 3;

/** … but never more than this, ms: what is shown must not lag behind on a slow machine. */
const mostPauseMs = 500;

/** Time and frames; tests bring their own. */
export interface FrameClock {
  readonly now: () => number;
  /** Calls back once the next frame has been drawn. */
  readonly afterFrame: (callback: () => void) => void;
  readonly wait: (callback: () => void, delayMs: number) => void;
}

const windowClock: FrameClock = {
  now: () => performance.now(),
  afterFrame: (callback) => {
    // The frame's own callback runs before it is drawn; a message from there arrives afterwards. A timer would be held up by
    // a window in the background, and so is the frame: nothing is drawn for what nobody sees.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        callback();
      };
      port2.postMessage(undefined);
    });
  },
  wait: (callback, delayMs) => void setTimeout(callback, delayMs),
};

/** When the next live message is asked for: after the last one was drawn, and after a rest that leaves room for input. */
export class LivePace {
  private waiting: (() => void) | undefined;

  constructor(private readonly clock: FrameClock = windowClock) {}

  /** A live message is about to be taken in; `ready` is called when the next one may come. */
  handleLive(ready: () => void): void {
    const { clock } = this;
    const beganMs = clock.now();
    const once = (): void => {
      if (this.waiting !== once) return;
      this.waiting = undefined;
      ready();
    };
    this.hurry();
    this.waiting = once;
    clock.afterFrame(() => {
      const tookMs = clock.now() - beganMs;
      clock.wait(once, Math.min(mostPauseMs, Math.max(leastPauseMs, tookMs * restFactor)));
    });
  }

  /** Somebody waits for what is new: no rest this time. */
  hurry(): void {
    this.waiting?.();
  }
}
