import { MicroError } from '../../../../shared/contract/errors.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { Deferred } from '../../base/async.ts';
import type { EventLog, TopicInfo } from '../../events/eventLog.ts';

/** ms between two lists; a list is made anew for each reader, and nobody reads faster. */
const EVERY_MS = 500;

/**
 * The list of topics, or of one, at once and anew after changes. A reader that is slow gets fewer lists, never old ones. A
 * topic that is not there yet, or not any more, is an empty list.
 */
export async function* changedTopics(
  events: Pick<EventLog, 'topics' | 'onDidChange'>,
  clock: Clock,
  topic: string,
  signal: AbortSignal,
): AsyncGenerator<{ topics: TopicInfo[] }> {
  let changed = new Deferred<void>();
  const subscription = events.onDidChange((name) => {
    if (topic === '' || name === topic) changed.resolve();
  });
  const end = (): void => changed.resolve();
  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) {
      changed = new Deferred<void>();
      yield { topics: await listOf(events, topic) };
      await sleep(clock, EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await changed.promise;
    }
  } finally {
    signal.removeEventListener('abort', end);
    subscription.dispose();
  }
}

async function listOf(events: Pick<EventLog, 'topics'>, topic: string): Promise<TopicInfo[]> {
  try {
    return await events.topics(topic || undefined);
  } catch (error) {
    if (error instanceof MicroError && error.code === 'events.topic-not-found') return [];
    throw error;
  }
}
