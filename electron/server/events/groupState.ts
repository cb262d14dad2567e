import type { CommitQueue } from './commitQueue.ts';
import { DeliveryOrder, type KeyedEvents } from './deliveryOrder.ts';
import type { DeadLetter } from './eventLog.ts';
import type { GroupFacts, GroupMarks, GroupStorage } from './groupRows.ts';
import { Letters, type WrittenLetters } from './letters.ts';
import type { EngineWriter } from './spaces.ts';

/** What a group has to remember, and the writing down of it: how far it is, deliveries so far, dead letters. */
export class GroupState<Writer = EngineWriter> {
  order: DeliveryOrder;
  /** Deliveries that count, of events that are not done with. */
  private attempts: Map<number, number>;
  /** Offsets whose mark on disk may be another than it should be. */
  private touched = new Set<number>();
  /** Offsets with a mark on disk. */
  private readonly marked: Set<number>;
  private readonly letters: Letters;
  private missedBefore: number;
  /** The floor that the marks on disk were last compared with. */
  private savedFloor = -1;
  private saving: Promise<void> | undefined;
  /** The marks on disk belong to a time before the group was moved. */
  private isMoved = false;

  /** Without `rows`, nothing is remembered. */
  constructor(
    private readonly topic: KeyedEvents,
    private readonly commits: CommitQueue<Writer>,
    private readonly rows: GroupStorage<Writer> | undefined,
    facts: GroupFacts,
    marks: GroupMarks,
  ) {
    this.order = new DeliveryOrder(topic, facts.floor, marks.done);
    this.attempts = marks.attempts;
    this.marked = new Set([...marks.done, ...marks.attempts.keys()]);
    this.missedBefore = facts.missed;
    this.letters = new Letters(facts.dead, marks.again);
    for (const [offset, key] of marks.again) this.order.again(offset, key);
  }

  get missed(): number {
    return this.missedBefore + this.order.missed;
  }

  get deadLetters(): number {
    return this.letters.count;
  }

  /** Events that are not acknowledged yet, dead letters on their way again included. */
  get lag(): number {
    return this.order.lag + this.letters.underWay.size;
  }

  /** Whether a dead letter is on its way again: its event is the letter's, as the topic may not have it any more. */
  isSentAgain(offset: number): boolean {
    return this.letters.underWay.has(offset);
  }

  attemptsOf(offset: number): number {
    return this.attempts.get(offset) ?? 0;
  }

  setAttempts(offset: number, count: number): void {
    if (count > 0) this.attempts.set(offset, count);
    else this.attempts.delete(offset);
  }

  /** The event is to be delivered again at some time, so how often it was is remembered. */
  giveBack(offset: number): void {
    this.touched.add(offset);
  }

  finish(offset: number): void {
    if (this.letters.underWay.has(offset)) this.letters.forget(offset);
    this.attempts.delete(offset);
    this.touched.add(offset);
    this.order.finish(offset);
  }

  bury(letter: DeadLetter): void {
    this.letters.bury(letter);
    this.finish(letter.event.offset);
  }

  /** A dead letter goes to the group once more; one that comes to it anyway is a dead letter no longer. */
  sendAgain(offset: number, key: string): void {
    if (this.order.isOpen(offset)) this.letters.forget(offset);
    else {
      this.letters.sendAgain(offset, key);
      this.order.again(offset, key);
    }
  }

  /** A dead letter is no longer kept. */
  forgetLetter(offset: number): void {
    this.letters.forget(offset);
  }

  moveTo(floor: number): void {
    this.missedBefore = this.missed;
    this.order = new DeliveryOrder(this.topic, floor);
    this.attempts = new Map();
    this.touched.clear();
    this.isMoved = true;
    for (const [offset, key] of [...this.letters.underWay]) {
      this.letters.stay(offset);
      this.sendAgain(offset, key);
    }
  }

  /** Resolves once everything up to now is on disk. What could not be written is written with the next. */
  save(): Promise<void> {
    const { rows } = this;
    if (!rows) {
      this.touched.clear();
      this.letters.clear();
      return Promise.resolve();
    }
    this.saving ??= this.commits.add(this.step(rows));
    return this.saving;
  }

  private step(rows: GroupStorage<Writer>) {
    let touched = new Set<number>();
    let letters: WrittenLetters | undefined;
    let wasMoved = false;
    const now = new Map<number, boolean>();
    return {
      write: (writer: Writer): void => {
        this.saving = undefined;
        ({ touched } = this);
        wasMoved = this.isMoved;
        this.touched = new Set();
        this.isMoved = false;
        if (wasMoved) {
          rows.forgetMarks(writer);
          this.marked.clear();
        }
        for (const [offset, isMarked] of this.mark(writer, rows, touched)) now.set(offset, isMarked);
        letters = this.letters.write(writer, rows);
        rows.saveFacts(writer, { floor: this.order.floor, missed: this.missed, dead: this.letters.storedCount });
      },
      didCommit: (): void => {
        for (const [offset, isMarked] of now) {
          if (isMarked) this.marked.add(offset);
          else this.marked.delete(offset);
        }
      },
      takeBack: (): void => {
        this.saving = undefined;
        for (const offset of touched) this.touched.add(offset);
        if (letters) this.letters.takeBack(letters);
        this.isMoved ||= wasMoved;
        this.savedFloor = -1;
      },
    };
  }

  /** Writes marks that changed, and takes out those that the floor passed; tells what has a mark then. */
  private *mark(writer: Writer, rows: GroupStorage<Writer>, touched: ReadonlySet<number>): Iterable<[number, boolean]> {
    const { floor } = this.order;
    const isLower = floor !== this.savedFloor;
    this.savedFloor = floor;
    for (const offset of touched) {
      const mark = this.order.isMarked(offset) ? 'done' : this.attempts.get(offset);
      if (mark === undefined || offset < floor) continue;
      rows.mark(writer, offset, mark);
      yield [offset, true];
    }
    // Only what was touched can have lost its mark, unless the floor passed some.
    for (const offset of isLower ? this.marked : touched) {
      if (!this.marked.has(offset)) continue;
      const isOpen = offset >= floor && (this.order.isMarked(offset) || this.attempts.has(offset));
      if (isOpen) continue;
      rows.mark(writer, offset, undefined);
      yield [offset, false];
    }
  }
}
