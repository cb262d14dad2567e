/** Lets at most `limit` holders in at a time; the rest wait in order. */
export class Slots {
  private held = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limit: number) {}

  /** Resolves with a release function, or undefined when `signal` aborts first. */
  async acquire(signal: AbortSignal): Promise<(() => void) | undefined> {
    while (this.held >= this.limit) {
      if (signal.aborted) return undefined;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          const index = this.queue.indexOf(wake);
          if (index >= 0) this.queue.splice(index, 1);
          resolve();
        };
        this.queue.push(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    if (signal.aborted) {
      this.queue[0]?.();
      return undefined;
    }
    this.held++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.held--;
      this.queue[0]?.();
    };
  }
}
