import type { DeadLetter } from './eventLog.ts';
import type { GroupStorage } from './groupRows.ts';

/** What becomes of a dead letter. */
type Change =
  | { kind: 'bury'; letter: DeadLetter; isNew: boolean }
  | { kind: 'again'; key: string }
  | { kind: 'forget' };

/** Changes that a step wrote, to be taken back when its commit fails. */
export interface WrittenLetters {
  changes: ReadonlyMap<number, Change>;
  countBefore: number;
}

/**
 * The dead letters of a group: how many there are, which of them are to be delivered again, and what of that is to be
 * written. One that is delivered again stays on disk until it is acknowledged, so a crash loses none.
 */
export class Letters {
  /** By offset; the last change of a letter is the one that counts. */
  private changes = new Map<number, Change>();

  /** `stored`: letters on disk; `again`: keys of those to be delivered again, by offset. */
  constructor(
    private stored: number,
    private readonly again: Map<number, string>,
  ) {}

  /** Those that wait for somebody to decide. */
  get count(): number {
    let pending = 0;
    for (const change of this.changes.values()) {
      if (change.kind === 'bury' && change.isNew) pending += 1;
      if (change.kind === 'forget') pending -= 1;
    }
    return Math.max(0, this.stored + pending - this.again.size);
  }

  /** Those to be delivered again, with their keys. */
  get underWay(): ReadonlyMap<number, string> {
    return this.again;
  }

  bury(letter: DeadLetter): void {
    const { offset } = letter.event;
    this.changes.set(offset, { kind: 'bury', letter, isNew: !this.again.delete(offset) });
  }

  sendAgain(offset: number, key: string): void {
    this.again.set(offset, key);
    this.changes.set(offset, { kind: 'again', key });
  }

  /** It is a dead letter like any other again. */
  stay(offset: number): void {
    this.again.delete(offset);
  }

  forget(offset: number): void {
    this.again.delete(offset);
    const pending = this.changes.get(offset);
    if (pending?.kind === 'bury' && pending.isNew) this.changes.delete(offset);
    else this.changes.set(offset, { kind: 'forget' });
  }

  /** Writes what changed since the last call. */
  write<Writer>(writer: Writer, rows: GroupStorage<Writer>): WrittenLetters {
    const written = { changes: this.changes, countBefore: this.stored };
    this.changes = new Map();
    for (const [offset, change] of written.changes) {
      if (change.kind === 'bury') this.stored = rows.bury(writer, change.letter, this.stored);
      else if (change.kind === 'again') rows.sendAgain(writer, offset, change.key);
      else this.stored = rows.forget(writer, offset, this.stored);
    }
    return written;
  }

  /** Letters on disk, those under way included. */
  get storedCount(): number {
    return this.stored;
  }

  /** What was written is not on disk: it is written with the next. */
  takeBack({ changes, countBefore }: WrittenLetters): void {
    this.changes = new Map([...changes, ...this.changes]);
    this.stored = countBefore;
  }

  /** Nothing of it is to be written. */
  clear(): void {
    this.changes.clear();
  }
}
