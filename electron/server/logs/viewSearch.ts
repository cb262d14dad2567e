import type { LogViewPattern } from '../../../shared/contract/logView.ts';
import { RecordFilter } from './recordFilter.ts';
import type { ViewRows } from './viewRows.ts';

/** Rows of the first step of a search, and of the largest; it doubles in between, so that what is near comes at once. */
const FIRST_WINDOW_ROWS = 512;
const LARGEST_WINDOW_ROWS = 32_768;

/** The filter that a pattern stands for. */
export function filterOf(pattern: LogViewPattern): RecordFilter {
  return new RecordFilter({
    sinceUs: 0,
    untilUs: 0,
    levels: pattern.levels ?? [],
    stream: '',
    text: pattern.text ?? '',
    regex: pattern.regex ?? '',
    caseSensitive: pattern.caseSensitive ?? false,
  });
}

/** Looks for records among the rows of a view, a window of rows at a time. */
export class ViewSearch {
  constructor(
    private readonly rows: ViewRows,
    private readonly filter: RecordFilter,
    /** Resolves when older rows may have been found. */
    private readonly whenGrown: () => Promise<void>,
    private readonly signal: AbortSignal,
  ) {}

  /** The first fitting row after `from`, or null. */
  async after(from: number): Promise<number | null> {
    let size = FIRST_WINDOW_ROWS;
    for (let begin = Math.max(from + 1, this.rows.first); begin < this.rows.end; begin += size) {
      if (begin > from + 1) size = Math.min(size * 2, LARGEST_WINDOW_ROWS);
      let found: number | null = null;
      await this.window(begin, begin + size, (row) => {
        found = row;
        return true;
      });
      if (found !== null) return found;
    }
    return null;
  }

  /** The last fitting row before `from`, or null. Waits for what is still being looked at. */
  async before(from: number): Promise<number | null> {
    let found: number | null = null;
    await this.backwards(Math.min(from, this.rows.end), (begin, end) =>
      this.window(begin, end, (row) => {
        found = row;
        return false;
      }).then(() => found === null),
    );
    return found;
  }

  /** Every fitting row, the newest first; those of one call of `report` ascend. */
  async all(report: (rows: number[], looked: number) => void): Promise<void> {
    await this.backwards(this.rows.end, async (begin, end) => {
      const found: number[] = [];
      await this.window(begin, end, (row) => {
        found.push(row);
        return false;
      });
      report(found, end - begin);
      return true;
    });
  }

  /** Calls `look` for stretches of rows from `end` to the oldest; it may end this by false. */
  private async backwards(end: number, look: (begin: number, end: number) => Promise<boolean>): Promise<void> {
    let size = FIRST_WINDOW_ROWS;
    let at = end;
    for (;;) {
      while (at > this.rows.first) {
        this.signal.throwIfAborted();
        const begin = Math.max(this.rows.first, at - size);
        if (!(await look(begin, at))) return;
        at = begin;
        size = Math.min(size * 2, LARGEST_WINDOW_ROWS);
      }
      if (this.rows.isComplete) return;
      await this.whenGrown();
      this.signal.throwIfAborted();
    }
  }

  private async window(begin: number, end: number, visit: (row: number) => boolean): Promise<void> {
    const { filter, rows } = this;
    if (!rows.mayHaveLevel(begin, Math.min(end, rows.end), filter.levels)) return;
    const isLong = end - begin > FIRST_WINDOW_ROWS;
    if (isLong && filter.hasLiteral && !(await rows.mayFit(begin, Math.min(end, rows.end), filter, this.signal)))
      return;
    // Each run has a filter of its own: filters keep in mind where in a stretch of file they stand.
    const filters = new Map<object, RecordFilter>();
    await rows.each(begin, end, this.signal, (row, { kind, range, walker }) => {
      if (kind !== 'record') return false;
      let own = filters.get(range);
      if (!own) {
        own = filter.fork();
        filters.set(range, own);
      }
      return own.fits(walker) && visit(row);
    });
  }
}
