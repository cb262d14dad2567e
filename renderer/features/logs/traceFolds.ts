import { type LogRow, traceLine } from './logRow.ts';
import { findTraces } from './stackTrace.ts';

/** Rows looked at around the screen for stack traces; a longer trace is folded in parts. */
const foldMargin = 300;

/** Which rows near the screen are the inside of a stack trace, and so hidden until it is unfolded. */
export class TraceFolds {
  private readonly unfolded = new Set<number>();
  private folds = new Map<number, number>();
  private hidden = new Set<number>();

  /** Rows folded under this one, or 0. */
  under(row: number): number {
    return this.folds.get(row) ?? 0;
  }

  isUnfolded(row: number): boolean {
    return this.unfolded.has(row);
  }

  isHidden(row: number): boolean {
    return this.hidden.has(row);
  }

  /** Unfolds the trace under this row, or folds it again; false when there is none. */
  toggle(row: number): boolean {
    if (!this.folds.has(row)) return false;
    if (!this.unfolded.delete(row)) this.unfolded.add(row);
    return true;
  }

  /** Unfolds the trace that hides a row; false when none does. */
  reveal(row: number): boolean {
    if (!this.hidden.has(row)) return false;
    for (const [head, count] of this.folds) {
      if (row > head && row <= head + count) this.unfolded.add(head);
    }
    return true;
  }

  /** Rows have new numbers: nothing is unfolded. */
  clear(): void {
    this.unfolded.clear();
  }

  /** Looks for traces around the row `middle`, within [first, end). */
  refold(
    middle: number,
    { first, end }: { first: number; end: number },
    rowAt: (row: number) => LogRow | undefined,
  ): void {
    const from = Math.max(first, middle - foldMargin);
    const to = Math.min(end, middle + foldMargin);
    const lines = [];
    for (let row = from; row < to; row++) lines.push(traceLine(rowAt(row)));
    const folds = new Map<number, number>();
    const hidden = new Set<number>();
    for (const { head, count } of findTraces(lines, from)) {
      folds.set(head, count);
      if (this.unfolded.has(head)) continue;
      for (let row = head + 1; row <= head + count; row++) hidden.add(row);
    }
    this.folds = folds;
    this.hidden = hidden;
  }
}
