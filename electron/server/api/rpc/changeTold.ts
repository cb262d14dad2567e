import { Deferred } from '../../base/async.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { Event } from '../../base/event.ts';

/** ms between two messages: whoever hears of changes asks for everything anew, and nobody reads faster. */
const EVERY_MS = 500;

/** A message at once, which says that the watch stands, and one after changes; a slow reader gets fewer of them. */
export async function* toldOf(
  changes: Event<unknown>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Record<string, never>> {
  let changed = new Deferred<void>();
  const subscription = changes(() => changed.resolve());
  const end = (): void => changed.resolve();
  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) {
      changed = new Deferred<void>();
      yield {};
      await sleep(clock, EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await changed.promise;
    }
  } finally {
    signal.removeEventListener('abort', end);
    subscription.dispose();
  }
}
