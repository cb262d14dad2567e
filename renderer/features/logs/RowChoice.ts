import type { KeptReading } from './KeptReading.ts';
import { keptSelection } from './keptPlace.ts';
import type { LogSource } from './logSource.ts';
import { isEmptySelection, type LogSelection, selectRows, type TextPoint } from './selection.ts';

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
