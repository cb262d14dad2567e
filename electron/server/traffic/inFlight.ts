/**
 * Counts what is under way to each node. A node that leaves the registry gets no new request; when its count is zero it
 * can be stopped without a caller noticing.
 */
export class InFlight {
  private readonly counts = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  /** How many requests and open WebSockets the node has. */
  inFlight(nodeId: string): number {
    return this.counts.get(nodeId) ?? 0;
  }

  begin(nodeId: string): void {
    this.counts.set(nodeId, this.inFlight(nodeId) + 1);
  }

  end(nodeId: string): void {
    const left = this.inFlight(nodeId) - 1;
    if (left > 0) {
      this.counts.set(nodeId, left);
      return;
    }
    this.counts.delete(nodeId);
    const waiters = this.waiting.get(nodeId);
    this.waiting.delete(nodeId);
    for (const wake of waiters ?? []) wake();
  }

  /** Resolves when the node has nothing under way, or when `signal` aborts. Never rejects. */
  whenIdle(nodeId: string, signal: AbortSignal): Promise<void> {
    if (this.inFlight(nodeId) === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.waiting.get(nodeId) ?? new Set();
      this.waiting.set(nodeId, waiters);
      const done = (): void => {
        waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
