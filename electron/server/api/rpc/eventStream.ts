import { Deferred } from '../../base/async.ts';
import type { Event } from '../../base/event.ts';

/**
 * Turns a task that reports through a callback into an async stream: yields what it reports, ends when it ends, throws
 * when it throws. When the reader goes away (`signal`), the stream ends; the task decides for itself by the same signal.
 */
export async function* streamOf<T>(
  run: (report: (event: T) => void) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const queue: T[] = [];
  let wake = new Deferred<void>();
  let ended = false;
  let failure: { error: unknown } | undefined;
  const finish = (): void => {
    ended = true;
    wake.resolve();
  };
  signal.addEventListener('abort', finish, { once: true });
  run((event) => {
    if (ended) return;
    queue.push(event);
    wake.resolve();
  }).then(finish, (error: unknown) => {
    failure = { error };
    finish();
  });
  try {
    for (;;) {
      while (queue.length > 0) yield queue.shift() as T;
      if (signal.aborted) return;
      if (ended) {
        if (failure) throw failure.error;
        return;
      }
      await wake.promise;
      wake = new Deferred<void>();
    }
  } finally {
    ended = true;
    signal.removeEventListener('abort', finish);
  }
}

/**
 * What an event tells from the first `next` on, as an async stream: `toMessage` gives the message for it, or undefined for
 * what the reader did not ask for. The stream ends when the reader goes away.
 */
export function eventsOf<T, M>(
  event: Event<T>,
  signal: AbortSignal,
  toMessage: (value: T) => M | undefined,
): AsyncGenerator<M> {
  return streamOf<M>(
    (report) =>
      new Promise<void>((resolve) => {
        const subscription = event((value) => {
          const message = toMessage(value);
          if (message !== undefined) report(message);
        });
        const end = (): void => {
          subscription.dispose();
          resolve();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      }),
    signal,
  );
}
