/** Keys, clicks and the wheel: what somebody expects to see the effect of at once. */
const inputTypes = ['keydown', 'pointerdown', 'wheel'] as const;

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

/** Knows whether the window has input whose effect is not on the screen yet. */
class InputFrame {
  private isPending = false;
  private callbacks: (() => void)[] = [];

  constructor() {
    // For as long as the page lives; before anything else, so that what the input causes already finds it pending.
    for (const type of inputTypes) addEventListener(type, () => this.handleInput(), { capture: true, passive: true });
  }

  /** Calls back now, or, while input waits for its frame, once that is drawn. */
  afterInput(callback: () => void): void {
    if (this.isPending) this.callbacks.push(callback);
    else callback();
  }

  private handleInput(): void {
    if (this.isPending) return;
    this.isPending = true;
    afterFrame(() => {
      this.isPending = false;
      const { callbacks } = this;
      this.callbacks = [];
      for (const callback of callbacks) callback();
    });
  }
}

let shared: InputFrame | undefined;

/** Calls back now, or, while input of this window waits for its frame, once that is drawn. */
export function afterInput(callback: () => void): void {
  shared ??= new InputFrame();
  shared.afterInput(callback);
}
