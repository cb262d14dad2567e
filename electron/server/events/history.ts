import type { HistoryPage, HistoryQuery, StoredEvent } from './eventLog.ts';
import type { TopicLog } from './topicLog.ts';

/** Bytes of payloads after which a page ends, so that a page of large events is no flood. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Events that are looked at for one page when only some are wanted; a look takes a few microseconds. */
const LOOKED_AT_PER_PAGE = 10_000;

/** A page of a topic's history; it may be empty and have a next one, when only one key is wanted. */
export function readHistory(log: TopicLog, { from, backwards = false, limit, key }: HistoryQuery): HistoryPage {
  const { first, next } = log.facts;
  const start = log.resolve(from ?? (backwards ? 'end' : 'start'));
  const events: StoredEvent[] = [];
  let bytes = 0;
  let at = backwards ? start - 1 : start;
  for (let looked = 0; at >= first && at < next; at += backwards ? -1 : 1, looked++) {
    if (events.length >= limit || bytes >= PAGE_BYTES || looked >= LOOKED_AT_PER_PAGE) break;
    if (key !== undefined && log.key(at) !== key) continue;
    const event = log.event(at);
    if (!event) continue;
    events.push(event);
    bytes += event.payload.length;
  }
  const isOver = at < first || at >= next;
  return { events, next: isOver ? undefined : backwards ? at + 1 : at };
}
