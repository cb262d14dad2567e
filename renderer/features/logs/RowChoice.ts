import type { KeptReading } from './KeptReading.ts';
import { keptSelection } from './keptPlace.ts';
import type { LogSource } from './logSource.ts';
import type { PlacedRow } from './scroll.ts';
import { isEmptySelection, type LogSelection, selectRows, selectRowsTo, type TextPoint } from './selection.ts';

/** What is chosen in a view: the current row, and the selected text. */
export class RowChoice {
  cursor: number | undefined;
  private current: LogSelection | undefined;

  constructor(
    private readonly source: LogSource,
    private readonly kept: KeptReading,
  ) {}

  get selection(): LogSelection | undefined {
    return this.current;
  }

  select(selection: LogSelection | undefined): void {
    this.current = selection;
    this.kept.lastSelection = selection && keptSelection(this.source, selection);
  }

  selectAll(): void {
    const { first, end } = this.source.extent();
    if (end > first) this.select(selectRows(first, end - 1));
  }

  /**
   * Moves the current row, with the selection when `extend`, and returns it; undefined: there are no rows. Where there was none
   * it is the one at the edge of those that are `shown`.
   */
  step(
    step: 1 | -1,
    extend: boolean,
    shown: readonly PlacedRow[],
    isHidden: (row: number) => boolean,
  ): number | undefined {
    const { first, end } = this.source.extent();
    if (end <= first) return undefined;
    const start = this.cursor ?? (step > 0 ? shown[0]?.row : shown.at(-1)?.row) ?? first;
    let next = this.cursor === undefined ? start : start + step;
    while (isHidden(next)) next += step;
    next = Math.min(Math.max(next, first), end - 1);
    this.cursor = next;
    this.select(extend ? selectRowsTo(this.current?.anchor.row ?? start, next) : undefined);
    return next;
  }

  /** Extends the selection to a place, from where it began or from the current row. */
  extendTo(focus: TextPoint): void {
    this.select({ anchor: this.current?.anchor ?? { row: this.cursor ?? focus.row, column: 0 }, focus });
  }

  /** What copying copies: the selection, or else the current row. */
  copyable(): LogSelection | undefined {
    if (!isEmptySelection(this.current)) return this.current;
    return this.cursor === undefined ? undefined : selectRows(this.cursor, this.cursor);
  }

  /** Rows have new numbers; what was selected is remembered by lines. */
  startGeneration(): void {
    this.current = undefined;
    this.cursor = undefined;
  }
}
