import type { LogRow } from './logRow.ts';
import { TraceFolds } from './traceFolds.ts';

/** Height of a row that is not wrapped, px; the style sheet has the same number. */
export const rowPx = 20;

/** How tall rows are: as measured, with their details opened, or nothing while a stack trace is folded over them. */
export class RowShapes {
  private heights = new Map<number, number>();
  private readonly opened = new Set<number>();
  private readonly folds = new TraceFolds();

  heightOf(row: number): number {
    return this.folds.isHidden(row) ? 0 : (this.heights.get(row) ?? rowPx);
  }

  isHidden(row: number): boolean {
    return this.folds.isHidden(row);
  }

  /** Rows folded under this one, or 0. */
  foldedUnder(row: number): number {
    return this.folds.under(row);
  }

  isUnfolded(row: number): boolean {
    return this.folds.isUnfolded(row);
  }

  isOpened(row: number): boolean {
    return this.opened.has(row);
  }

  /** Tells how tall rows turned out to be; returns whether that changed anything. */
  measure(measured: ReadonlyMap<number, number>): boolean {
    let changed = false;
    for (const [row, px] of measured) {
      if (this.folds.isHidden(row) || this.heightOf(row) === px) continue;
      this.heights.set(row, px);
      changed = true;
    }
    return changed;
  }

  forgetHeights(): void {
    this.heights.clear();
  }

  /** Rows before this one are gone. */
  dropBefore(first: number): void {
    for (const row of this.heights.keys()) if (row < first) this.heights.delete(row);
  }

  /** Opens or closes the details of a row, or the trace under it; true: traces have to be looked for anew. */
  toggle(row: number): boolean {
    this.heights.delete(row);
    if (this.folds.toggle(row)) return true;
    if (!this.opened.delete(row)) this.opened.add(row);
    return false;
  }

  /** Unfolds the trace that hides a row; true: traces have to be looked for anew. */
  reveal(row: number): boolean {
    return this.folds.reveal(row);
  }

  /** Looks for traces around the row `middle`, within `extent`. */
  refold(middle: number, extent: { first: number; end: number }, rowAt: (row: number) => LogRow | undefined): void {
    this.folds.refold(middle, extent, rowAt);
  }

  /** Rows have new numbers. */
  clear(): void {
    this.heights.clear();
    this.opened.clear();
    this.folds.clear();
  }
}
