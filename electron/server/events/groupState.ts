import type { CommitQueue } from './commitQueue.ts';
import { DeliveryOrder, type KeyedEvents } from './deliveryOrder.ts';
import type { DeadLetter } from './eventLog.ts';
import type { GroupFacts, GroupRows } from './groupRows.ts';
import type { EngineWriter } from './spaces.ts';

/** What a group has to remember, and the writing down of it: how far it is, deliveries so far, dead letters. */
export class GroupState {
  order: DeliveryOrder;
  /** Deliveries that count, of events that are not done with. */
  private attempts: Map<number, number>;
  /** Offsets whose mark on disk may be another than it should be. */
  private touched = new Set<number>();
  /** Offsets with a mark on disk. */
  private readonly marked: Set<number>;
  private letters: DeadLetter[] = [];
  private missedBefore: number;
  private deadCount: number;
  /** The floor that the marks on disk were last compared with. */
  private savedFloor = -1;
  private saving: Promise<void> | undefined;
  /** The marks on disk belong to a time before the group was moved. */
  private isMoved = false;

  /** Without `rows`, nothing is remembered. */
  constructor(
    private readonly topic: KeyedEvents,
    private readonly commits: CommitQueue,
    private readonly rows: GroupRows | undefined,
    facts: GroupFacts,
    marks: { done: number[]; attempts: Map<number, number> },
  ) {
    this.order = new DeliveryOrder(topic, facts.floor, marks.done);
    this.attempts = marks.attempts;
    this.marked = new Set([...marks.done, ...marks.attempts.keys()]);
    this.missedBefore = facts.missed;
    this.deadCount = facts.dead;
  }

  get missed(): number {
    return this.missedBefore + this.order.missed;
  }

  get deadLetters(): number {
    return this.deadCount + this.letters.length;
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
    this.attempts.delete(offset);
    this.touched.add(offset);
    this.order.finish(offset);
  }

  bury(letter: DeadLetter): void {
    this.letters.push(letter);
    this.finish(letter.event.offset);
  }

  moveTo(floor: number): void {
    this.missedBefore = this.missed;
    this.order = new DeliveryOrder(this.topic, floor);
    this.attempts = new Map();
    this.touched.clear();
    this.isMoved = true;
  }

  /** Resolves once everything up to now is on disk. What could not be written is written with the next. */
  save(): Promise<void> {
    const { rows } = this;
    if (!rows) {
      this.touched.clear();
      this.letters = [];
      return Promise.resolve();
    }
    this.saving ??= this.commits.add(this.step(rows));
    return this.saving;
  }

  private step(rows: GroupRows) {
    let touched = new Set<number>();
    let letters: DeadLetter[] = [];
    let wasMoved = false;
    let before = this.deadCount;
    const now = new Map<number, boolean>();
    return {
      write: (writer: EngineWriter): void => {
        this.saving = undefined;
        ({ touched, letters } = this);
        wasMoved = this.isMoved;
        before = this.deadCount;
        this.touched = new Set();
        this.letters = [];
        this.isMoved = false;
        if (wasMoved) {
          rows.forgetMarks(writer);
          this.marked.clear();
        }
        for (const [offset, isMarked] of this.mark(writer, rows, touched)) now.set(offset, isMarked);
        for (const letter of letters) this.deadCount = rows.bury(writer, letter, this.deadCount);
        rows.saveFacts(writer, { floor: this.order.floor, missed: this.missed, dead: this.deadCount });
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
        this.letters = [...letters, ...this.letters];
        this.isMoved ||= wasMoved;
        this.deadCount = before;
        this.savedFloor = -1;
      },
    };
  }

  /** Writes marks that changed, and takes out those that the floor passed; tells what has a mark then. */
  private *mark(writer: EngineWriter, rows: GroupRows, touched: ReadonlySet<number>): Iterable<[number, boolean]> {
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
