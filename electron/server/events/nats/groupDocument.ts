import type { DeadLetter } from '../eventLog.ts';
import type { GroupFacts, GroupMarks, GroupStorage } from '../groupRows.ts';
import { MAX_DEAD_LETTERS } from '../groupRows.ts';

/** What is known of a group but its dead letters, as JSON: one message, so one commit. */
export interface GroupDocument {
  /** The server that hands out the group's events; empty: none. */
  leader: string;
  /** Who wrote it, and which of their commits it is: so one whose answer was lost is known. */
  writer: string;
  commit: number;
  floor: number;
  missed: number;
  /** Dead letters, those on their way again included. */
  dead: number;
  /** Offsets beyond the floor that are done: first and count of each run. */
  done: [number, number][];
  /** Deliveries so far of events that are not done, by offset. */
  attempts: [number, number][];
  /** Dead letters to be delivered again, with their keys. */
  again: [number, string][];
}

/** A group that begins at an offset. */
export function newGroup(floor: number): GroupDocument {
  return { leader: '', writer: '', commit: 0, floor, missed: 0, dead: 0, done: [], attempts: [], again: [] };
}

/** Offsets of a {@link GroupDocument} that are done. */
export function doneOf({ done }: Pick<GroupDocument, 'done'>): number[] {
  return done.flatMap(([first, count]) => Array.from({ length: count }, (_, n) => first + n));
}

/** What a group's state begins with. */
export function marksOf(document: GroupDocument): GroupMarks {
  return { done: doneOf(document), attempts: new Map(document.attempts), again: new Map(document.again) };
}

/** What a group has, while it is changed by one commit. */
export class GroupDraft {
  facts: GroupFacts;
  readonly marks: Map<number, 'done' | number>;
  readonly again: Map<number, string>;
  readonly dead: Set<number>;
  /** Letters that are to be kept, and offsets of those that are not any more. */
  readonly buried = new Map<number, DeadLetter>();
  readonly removed = new Set<number>();

  constructor(before: Pick<GroupDraft, 'facts' | 'marks' | 'again' | 'dead'>) {
    this.facts = before.facts;
    this.marks = new Map(before.marks);
    this.again = new Map(before.again);
    this.dead = new Set(before.dead);
  }

  document(leader: string, writer: string, commit: number): GroupDocument {
    const done: [number, number][] = [];
    const attempts: [number, number][] = [];
    for (const [offset, mark] of [...this.marks].sort(([a], [b]) => a - b)) {
      const last = done.at(-1);
      if (mark !== 'done') attempts.push([offset, mark]);
      else if (last && last[0] + last[1] === offset) last[1] += 1;
      else done.push([offset, 1]);
    }
    return { leader, writer, commit, ...this.facts, dead: this.dead.size, done, attempts, again: [...this.again] };
  }
}

/** Writes what a group's state says into a {@link GroupDraft}. */
export const draftStorage: GroupStorage<GroupDraft> = {
  saveFacts(draft, facts) {
    draft.facts = facts;
  },
  mark(draft, offset, mark) {
    if (mark === undefined) draft.marks.delete(offset);
    else draft.marks.set(offset, mark);
  },
  forgetMarks(draft) {
    draft.marks.clear();
  },
  bury(draft, letter, count) {
    const { offset } = letter.event;
    draft.again.delete(offset);
    const isNew = !draft.dead.has(offset);
    draft.dead.add(offset);
    draft.buried.set(offset, letter);
    draft.removed.delete(offset);
    if (!isNew) return count;
    if (count < MAX_DEAD_LETTERS) return count + 1;
    const oldest = Math.min(...draft.dead);
    draft.dead.delete(oldest);
    draft.removed.add(oldest);
    return count;
  },
  sendAgain(draft, offset, key) {
    draft.again.set(offset, key);
  },
  forget(draft, offset, count) {
    const isKept = draft.dead.delete(offset);
    draft.again.delete(offset);
    draft.buried.delete(offset);
    draft.removed.add(offset);
    return isKept ? count - 1 : count;
  },
};
