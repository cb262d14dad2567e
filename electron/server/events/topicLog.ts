import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { bytesOf, decodeEvent, encodeEvent, keyOf, timeOf } from './eventCodec.ts';
import type { EventLimits, NewEvent, Position, Published, StoredEvent } from './eventLog.ts';
import { RateMeter } from './rateMeter.ts';
import { type Engine, type EngineReader, type EngineWriter, offsetKey, topicKey } from './spaces.ts';

/** Events that one commit removes at most; a commit holds up other publishers. */
const REMOVED_PER_COMMIT = 1_000;

/** What is known of a topic without a look at its events. */
interface Facts {
  first: number;
  next: number;
  bytes: number;
  oldestAt: number;
  newestAt: number;
}

/** The events of one topic, in order, between the oldest that is kept and the next that will be. */
export class TopicLog {
  readonly rate: RateMeter;
  private readonly owner: Buffer;
  /** What readers see: it is on disk. */
  private committed: Facts;
  /** The state behind the steps that are being written. */
  private draft: Facts;

  constructor(
    readonly name: string,
    private readonly engine: Engine,
    clock: Clock,
    row: Buffer | undefined,
  ) {
    this.owner = topicKey(name);
    this.committed = row
      ? (JSON.parse(row.toString('utf8')) as Facts)
      : { first: 0, next: 0, bytes: 0, oldestAt: 0, newestAt: 0 };
    this.draft = this.committed;
    this.rate = new RateMeter(clock);
  }

  get facts(): Readonly<Facts> {
    return this.committed;
  }

  /** Writes events behind the newest and removes what is too much then. */
  append(writer: EngineWriter, events: readonly NewEvent[], nowMs: number, limits: EventLimits): Published[] {
    const facts = { ...this.draft };
    const published = events.map((event): Published => {
      const time = Math.max(Math.floor(nowMs), facts.newestAt);
      const one = { id: randomUUID(), offset: facts.next, time };
      const { key = '', publisher = '', metadata = {}, payload, saidAt } = event;
      const row = encodeEvent({ ...one, key, publisher, metadata, payload, saidAt });
      writer.put('events', offsetKey(this.owner, one.offset), row);
      if (facts.next === facts.first) facts.oldestAt = time;
      facts.next += 1;
      facts.bytes += bytesOf(row);
      facts.newestAt = time;
      return one;
    });
    this.trim(writer, facts, nowMs, limits);
    this.save(writer, facts);
    return published;
  }

  /** Removes what the limits do not allow; resolves whether there may be more to remove. */
  limit(writer: EngineWriter, nowMs: number, limits: EventLimits): boolean {
    const facts = { ...this.draft };
    const more = this.trim(writer, facts, nowMs, limits);
    if (facts.first !== this.draft.first) this.save(writer, facts);
    return more;
  }

  /** Makes the topic known before it has an event. */
  touch(writer: EngineWriter): void {
    this.save(writer, this.draft);
  }

  /** What the steps so far wrote is on disk. */
  didCommit(): void {
    this.committed = this.draft;
  }

  /** What the steps since the last commit did is not. */
  takeBack(): void {
    this.draft = this.committed;
  }

  /** Whether something is to be removed by age. */
  isOver(nowMs: number, limits: EventLimits): boolean {
    return isTooMuch(this.committed, nowMs, limits);
  }

  event(offset: number): StoredEvent | undefined {
    const row = this.row(offset);
    return row && decodeEvent(this.name, offset, row);
  }

  /** The key of an event; undefined when it is not kept any more. */
  key(offset: number): string | undefined {
    const row = this.row(offset);
    return row && keyOf(this.name, row);
  }

  /** The offset that a position means now. */
  resolve(position: Position): number {
    const { first, next } = this.committed;
    if (position === 'start') return first;
    if (position === 'end') return next;
    if ('offset' in position) return Math.min(Math.max(position.offset, first), next);
    return this.firstAt(position.time);
  }

  private firstAt(time: number): number {
    let { first: low, next: high } = this.committed;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.row(middle);
      // What was removed in the meantime is older than what is looked for, or as good as.
      if (!row || timeOf(this.name, row) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private row(offset: number): Buffer | undefined {
    if (offset < this.committed.first || offset >= this.committed.next) return undefined;
    return this.engine.read((reader) => reader.get('events', offsetKey(this.owner, offset)));
  }

  private trim(writer: EngineWriter, facts: Facts, nowMs: number, limits: EventLimits): boolean {
    for (let removed = 0; removed < REMOVED_PER_COMMIT; removed++) {
      if (!isTooMuch(facts, nowMs, limits)) return false;
      const key = offsetKey(this.owner, facts.first);
      const row = writer.get('events', key);
      writer.remove('events', key);
      facts.first += 1;
      facts.bytes -= row ? bytesOf(row) : 0;
      facts.oldestAt = this.timeAt(writer, facts);
    }
    return true;
  }

  private timeAt(reader: EngineReader, { first, next }: Facts): number {
    const row = first < next ? reader.get('events', offsetKey(this.owner, first)) : undefined;
    return row ? timeOf(this.name, row) : 0;
  }

  private save(writer: EngineWriter, facts: Facts): void {
    writer.put('topics', this.owner, Buffer.from(JSON.stringify(facts)));
    this.draft = facts;
  }
}

function isTooMuch(facts: Facts, nowMs: number, { maxAgeMs, maxBytes, maxEvents }: EventLimits): boolean {
  const count = facts.next - facts.first;
  if (count === 0) return false;
  return count > maxEvents || facts.bytes > maxBytes || (maxAgeMs > 0 && facts.oldestAt < nowMs - maxAgeMs);
}
