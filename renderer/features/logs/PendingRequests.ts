import type { LogViewServerMessage } from '../../../shared/contract/logView.ts';

interface Pending {
  readonly replies: LogViewServerMessage[];
  wake: () => void;
  error: Error | undefined;
}

/** Brings answers to those who asked. An answer nobody waits for (any more) is dropped. */
export class PendingRequests {
  private readonly pending = new Map<number, Pending>();

  /** `cancel` tells the server that nobody waits for an answer any more. */
  constructor(private readonly cancel: (request: number) => void) {}

  /** Call before the request is sent; the answers come in order. Leaving the loop or aborting gives the request up. */
  expect(request: number, signal: AbortSignal): AsyncIterable<LogViewServerMessage> {
    const entry: Pending = { replies: [], wake: () => undefined, error: undefined };
    this.pending.set(request, entry);
    return this.drain(request, entry, signal);
  }

  resolve(request: number, message: LogViewServerMessage): void {
    const entry = this.pending.get(request);
    entry?.replies.push(message);
    entry?.wake();
  }

  fail(request: number, error: Error): void {
    const entry = this.pending.get(request);
    if (!entry) return;
    entry.error = error;
    entry.wake();
  }

  failAll(error: Error): void {
    for (const request of [...this.pending.keys()]) this.fail(request, error);
  }

  private async *drain(request: number, entry: Pending, signal: AbortSignal): AsyncGenerator<LogViewServerMessage> {
    const handleAbort = (): void => entry.wake();
    signal.addEventListener('abort', handleAbort);
    try {
      for (;;) {
        const reply = entry.replies.shift();
        if (reply) yield reply;
        else if (signal.aborted) throw abortError(signal);
        else if (entry.error) throw entry.error;
        else await new Promise<void>((resolve) => (entry.wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', handleAbort);
      this.pending.delete(request);
      this.cancel(request);
    }
  }
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError');
}
