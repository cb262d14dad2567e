/** Keys, clicks and the wheel: what somebody expects to see the effect of at once. */
const inputTypes = ['keydown', 'pointerdown', 'wheel'] as const;

/** Who used the window so lately uses it now, ms: the next key of a word or turn of the wheel comes within that. */
const inUseMs = 600;

/** So long after the frame of an input, ms, what nobody asked for is drawn: the next input is not likely yet. */
const restMs = 40;

/** What nobody asked for waits no longer than this for the next input, ms: four pictures a second still look alive. */
const mostWaitMs = 250;

/** Calls back in the first task after the next frame was drawn. */
export function afterFrame(callback: () => void): void {
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
}

/**
 * Knows when the window is used, so that what nobody asked for is drawn between the inputs: an input that comes while
 * something large is drawn waits for it and for its own frame.
 */
class InputFrame {
  private isPending = false;
  private inputAt = Number.NEGATIVE_INFINITY;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private callbacks: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // For as long as the page lives; before anything else, so that what the input causes already finds it pending.
    for (const type of inputTypes) addEventListener(type, () => this.handleInput(), { capture: true, passive: true });
  }

  afterInput(callback: () => void, isAwaited: boolean): void {
    const now = performance.now();
    const isGoodMoment = isAwaited || now - this.inputAt > inUseMs || now - this.drawnAt <= restMs;
    if (!this.isPending && isGoodMoment) {
      callback();
      return;
    }
    this.callbacks.push(callback);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.isPending) this.callBack();
    }, mostWaitMs);
  }

  private handleInput(): void {
    this.inputAt = performance.now();
    if (this.isPending) return;
    this.isPending = true;
    afterFrame(() => {
      this.isPending = false;
      this.drawnAt = performance.now();
      this.callBack();
    });
  }

  private callBack(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { callbacks } = this;
    this.callbacks = [];
    for (const callback of callbacks) callback();
  }
}

let shared: InputFrame | undefined;

/**
 * Calls back at a moment at which no input is likely: now, or, while somebody uses this window, right after the frame of the
 * next input, or after a quarter of a second without one. What somebody waits for (`isAwaited`) waits for nothing but the frame of
 * an input that is on its way.
 */
export function afterInput(callback: () => void, isAwaited = false): void {
  shared ??= new InputFrame();
  shared.afterInput(callback, isAwaited);
}
