import type { DeadLetter } from './eventLog.ts';
import { decodeDeadLetter, encodeDeadLetter } from './eventCodec.ts';
import {
  belongingTo,
  type EngineReader,
  type EngineWriter,
  GROUP_SPACES,
  groupKey,
  offsetKey,
  offsetOf,
  offsets,
} from './spaces.ts';

/** Dead letters that are kept of a group; the oldest go first, so that a consumer that always fails fills no disk. */
export const MAX_DEAD_LETTERS = 10_000;
/** A mark that says "done"; others are the number of deliveries so far. */
const DONE = 0;

/** What is known of a group without a look at its marks. */
export interface GroupFacts {
  floor: number;
  missed: number;
  dead: number;
}

/** What is known of single events of a group. */
export interface GroupMarks {
  /** Offsets beyond the floor that are done. */
  done: number[];
  /** Deliveries so far of those that are not, by offset. */
  attempts: Map<number, number>;
  /** Dead letters that are to be delivered again, with their keys. */
  again: Map<number, string>;
}

/** Where the facts, marks and dead letters of one group are written to. */
export interface GroupStorage<Writer> {
  saveFacts(writer: Writer, facts: GroupFacts): void;
  /** `done`, deliveries so far, or no mark at all. */
  mark(writer: Writer, offset: number, mark: 'done' | number | undefined): void;
  forgetMarks(writer: Writer): void;
  /** Keeps a dead letter; returns how many there are then, given how many there were. */
  bury(writer: Writer, letter: DeadLetter, count: number): number;
  /** Remembers that a dead letter is to be delivered again; it is kept until that went well. */
  sendAgain(writer: Writer, offset: number, key: string): void;
  /** Forgets a dead letter; returns how many there are then, given how many there were. */
  forget(writer: Writer, offset: number, count: number): number;
}

/** The rows of one group: its facts, its marks on single events, its dead letters. */
export class GroupRows implements GroupStorage<EngineWriter> {
  private readonly owner: Buffer;

  constructor(
    private readonly topic: string,
    group: string,
  ) {
    this.owner = groupKey(topic, group);
  }

  facts(reader: EngineReader): GroupFacts | undefined {
    const row = reader.get('groups', this.owner);
    return row && (JSON.parse(row.toString('utf8')) as GroupFacts);
  }

  saveFacts(writer: EngineWriter, facts: GroupFacts): void {
    writer.put('groups', this.owner, Buffer.from(JSON.stringify(facts)));
  }

  marks(reader: EngineReader): GroupMarks {
    const done: number[] = [];
    const attempts = new Map<number, number>();
    for (const { key, value } of reader.range('marks', offsets(this.owner))) {
      const count = value.readUInt32BE(0);
      if (count === DONE) done.push(offsetOf(key));
      else attempts.set(offsetOf(key), count);
    }
    const again = new Map<number, string>();
    for (const { key, value } of reader.range('again', offsets(this.owner)))
      again.set(offsetOf(key), value.toString('utf8'));
    return { done, attempts, again };
  }

  mark(writer: EngineWriter, offset: number, mark: 'done' | number | undefined): void {
    const key = offsetKey(this.owner, offset);
    if (mark === undefined) {
      writer.remove('marks', key);
      return;
    }
    const value = Buffer.alloc(4);
    value.writeUInt32BE(mark === 'done' ? DONE : mark);
    writer.put('marks', key, value);
  }

  forgetMarks(writer: EngineWriter): void {
    removeAll(writer, 'marks', this.owner);
  }

  bury(writer: EngineWriter, letter: DeadLetter, count: number): number {
    const key = offsetKey(this.owner, letter.event.offset);
    writer.remove('again', key);
    const isNew = writer.get('dead', key) === undefined;
    writer.put('dead', key, encodeDeadLetter(letter));
    if (!isNew) return count;
    if (count < MAX_DEAD_LETTERS) return count + 1;
    for (const { key: oldest } of writer.range('dead', offsets(this.owner))) {
      writer.remove('dead', Buffer.from(oldest));
      break;
    }
    return count;
  }

  sendAgain(writer: EngineWriter, offset: number, key: string): void {
    writer.put('again', offsetKey(this.owner, offset), Buffer.from(key, 'utf8'));
  }

  forget(writer: EngineWriter, offset: number, count: number): number {
    const key = offsetKey(this.owner, offset);
    const isKept = writer.get('dead', key) !== undefined;
    writer.remove('dead', key);
    writer.remove('again', key);
    return isKept ? count - 1 : count;
  }

  deadLetter(reader: EngineReader, offset: number): DeadLetter | undefined {
    const row = reader.get('dead', offsetKey(this.owner, offset));
    return row && decodeDeadLetter(this.topic, offset, row);
  }

  /** Those behind `after` that are not to be delivered again. */
  deadLetters(reader: EngineReader, after: number | undefined, limit: number): DeadLetter[] {
    const found: DeadLetter[] = [];
    for (const { key, value } of reader.range('dead', offsets(this.owner, after === undefined ? 0 : after + 1))) {
      if (found.length === limit) break;
      if (reader.get('again', key) !== undefined) continue;
      found.push(decodeDeadLetter(this.topic, offsetOf(key), value));
    }
    return found;
  }

  remove(writer: EngineWriter): void {
    for (const space of GROUP_SPACES) removeAll(writer, space, this.owner);
  }
}

function removeAll(writer: EngineWriter, space: (typeof GROUP_SPACES)[number], owner: Buffer): void {
  const keys = [...writer.range(space, belongingTo(owner))].map(({ key }) => Buffer.from(key));
  for (const key of keys) writer.remove(space, key);
}
