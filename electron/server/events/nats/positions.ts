import { mapLimit } from '../../base/async.ts';
import type { HistoryPage, HistoryQuery, Position, StoredEvent } from '../eventLog.ts';
import type { Streams, TopicFacts } from './streams.ts';

/** Events that are asked for at a time. */
const AT_A_TIME = 32;
/** Bytes of payloads after which a page ends, so that a page of large events is no flood. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Events that are looked at for one page when only some are wanted; each is a question to NATS. */
const LOOKED_AT_PER_PAGE = 2_000;

/** The offset that a position of a topic means now. */
export async function resolvePosition(streams: Streams, facts: TopicFacts, position: Position): Promise<number> {
  const { topic, first, next } = facts;
  if (position === 'start') return first;
  if (position === 'end') return next;
  if ('offset' in position) return Math.min(Math.max(position.offset, first), next);
  let [low, high] = [first, next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = await streams.event(topic, middle);
    // What was removed in the meantime is older than what is looked for, or as good as.
    if (!event || event.time < position.time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A page of a topic's history; it may be empty and have a next one, when only one key is wanted. */
export async function readPage(streams: Streams, facts: TopicFacts, query: HistoryQuery): Promise<HistoryPage> {
  const { topic, from, backwards = false, limit, key } = query;
  const { first, next } = facts;
  const start = await resolvePosition(streams, facts, from ?? (backwards ? 'end' : 'start'));
  const step = backwards ? -1 : 1;
  const isInside = (offset: number): boolean => offset >= first && offset < next;
  const events: StoredEvent[] = [];
  let bytes = 0;
  let at = backwards ? start - 1 : start;
  for (let looked = 0; isInside(at) && events.length < limit && bytes < PAGE_BYTES && looked < LOOKED_AT_PER_PAGE; ) {
    const count = key === undefined ? Math.min(AT_A_TIME, limit - events.length) : AT_A_TIME;
    const offsets = Array.from({ length: count }, (_, n) => at + n * step).filter(isInside);
    for (const event of await mapLimit(offsets, AT_A_TIME, (offset) => streams.event(topic, offset))) {
      if (events.length >= limit || bytes >= PAGE_BYTES) break;
      looked += 1;
      at += step;
      if (!event || (key !== undefined && event.key !== key)) continue;
      events.push(event);
      bytes += event.payload.length;
    }
  }
  return { events, next: isInside(at) ? (backwards ? at + 1 : at) : undefined };
}
