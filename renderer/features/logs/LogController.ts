import type { Thumb } from '../../ui/RowScrollbar.tsx';
import { addressOf, findLine, foundSelection, type KeptSelection, keptSelection, type ReadPlace } from './keptPlace.ts';
import type { LogRow } from './logRow.ts';
import type { LogExtent, LogSource } from './logSource.ts';
import {
  bottomPlace,
  clampPlace,
  isAtBottom,
  placedRows,
  type PlacedRow,
  placeOfThumb,
  revealRow,
  type RowAlign,
  rowPlace,
  scrollByPx,
  type ScrollList,
  type ScrollPlace,
  thumbOf,
} from './scroll.ts';
import { isEmptySelection, lineEnd, type LogSelection, selectRows, type TextPoint } from './selection.ts';
import { TraceFolds } from './traceFolds.ts';

/** Height of a row that is not wrapped, px; the style sheet has the same number. */
export const rowPx = 20;

/** Rows drawn beyond the upper and lower edge, px: a fast wheel must not show a gap. */
const overscanPx = 200;

/** Everything the view draws, made anew on each change. */
export interface LogSnapshot {
  readonly extent: LogExtent;
  readonly placed: readonly PlacedRow[];
  readonly thumb: Thumb;
  readonly following: boolean;
  /** Rows that arrived since following ended. */
  readonly waiting: number;
  readonly selection: LogSelection | undefined;
  readonly cursor: number | undefined;
}

/**
 * The state of one log view: where it stands, whether it follows, what is selected, opened and folded. It knows rows by
 * number and nothing of the screen but its height, so the rules (what is read never moves by itself) are tested without one.
 */
export class LogController {
  private place: ScrollPlace = { anchor: 0, y: 0 };
  private viewportPx = 0;
  private following = true;
  /** Where the log ended when following ended; undefined until everything stored then has been looked at. */
  private endWhenPaused: number | undefined;
  private selection: LogSelection | undefined;
  private cursor: number | undefined;
  private heights = new Map<number, number>();
  private readonly opened = new Set<number>();
  private readonly folds = new TraceFolds();
  private readonly listeners = new Set<() => void>();
  private current: LogSnapshot;
  private readonly unsubscribe: () => void;
  private generation = 0;
  private lastRead: ReadPlace | undefined;
  private lastSelection: KeptSelection | undefined;
  /** What was being read, and selected, when the rows were numbered anew. */
  private lost: { read: ReadPlace | undefined; selection: KeptSelection | undefined } | undefined;
  /** What is being looked up in order to go back to it. */
  private restoring: ReadPlace | undefined;
  private readonly life = new AbortController();

  /** `reading`: the line to begin at instead of following. */
  constructor(
    readonly source: LogSource,
    reading?: ReadPlace,
  ) {
    if (reading) {
      this.following = false;
      this.lost = { read: reading, selection: undefined };
      source.follow(false);
    }
    this.unsubscribe = source.subscribe(() => this.handleSource());
    this.current = this.build();
  }

  dispose(): void {
    this.life.abort();
    this.unsubscribe();
    this.listeners.clear();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): LogSnapshot => this.current;

  row(row: number): LogRow | undefined {
    return this.source.row(row);
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

  /** Tells how tall the view is, px. */
  setViewport(px: number): void {
    if (px === this.viewportPx) return;
    this.viewportPx = px;
    this.settle();
  }

  /** Tells how tall rows turned out to be; returns whether that changed anything. */
  measure(measured: ReadonlyMap<number, number>): boolean {
    let changed = false;
    for (const [row, px] of measured) {
      if (this.folds.isHidden(row) || this.heightOf(row) === px) continue;
      this.heights.set(row, px);
      changed = true;
    }
    if (changed) this.settle();
    return changed;
  }

  /** Forgets all heights: after wrapping was switched or the width changed. */
  forgetHeights(): void {
    this.heights.clear();
    this.settle();
  }

  /** Scrolls down by `px`. Scrolling up ends following; reaching the end starts it again. */
  scrollBy(px: number): void {
    if (px < 0) this.stopFollowing();
    this.place = scrollByPx(this.place, px, this.list());
    if (px > 0 && isAtBottom(this.place, this.list())) this.startFollowing();
    this.publish();
  }

  scrollPages(pages: number): void {
    this.scrollBy(pages * Math.max(rowPx, this.viewportPx - rowPx));
  }

  /** Puts the thumb of the scroll bar at `start`, 0 to 1 of the way it can go. */
  dragThumb(start: number): void {
    this.place = placeOfThumb(start, this.list(), rowPx);
    if (start >= 1) this.startFollowing();
    else this.stopFollowing();
    this.publish();
  }

  goHome(): void {
    this.stopFollowing();
    this.place = rowPlace(this.source.extent().first, 'top', this.list());
    this.publish();
  }

  /** Follows: the last row stays in view. */
  follow(): void {
    this.startFollowing();
    this.settle();
  }

  /** Stops following; what is on the screen stays. */
  pause(): void {
    this.stopFollowing();
    this.publish();
  }

  /** Shows a row and makes it the current one. */
  showRow(row: number, align: RowAlign = 'center'): void {
    this.stopFollowing();
    this.unfoldAround(row);
    this.place = rowPlace(row, align, this.list());
    this.cursor = row;
    this.publish();
  }

  setCursor(row: number | undefined): void {
    this.cursor = row;
    this.publish();
  }

  /** Moves the current row by so many visible rows, with the selection when `extend`. */
  moveCursor(step: 1 | -1, extend: boolean): void {
    const { first, end } = this.source.extent();
    if (end <= first) return;
    const shown = placedRows(this.place, this.list(), 0);
    const start = this.cursor ?? (step > 0 ? shown[0]?.row : shown.at(-1)?.row) ?? first;
    let next = this.cursor === undefined ? start : start + step;
    while (this.folds.isHidden(next)) next += step;
    next = Math.min(Math.max(next, first), end - 1);
    if (step < 0) this.stopFollowing();
    this.cursor = next;
    this.select(extend ? this.extended(start, next) : undefined);
    this.place = revealRow(this.place, next, this.list());
    this.publish();
  }

  setSelection(selection: LogSelection | undefined): void {
    this.select(selection);
    this.publish();
  }

  /** Extends the selection to a place, from where it began or from the current row. */
  extendSelection(focus: TextPoint): void {
    const anchor = this.selection?.anchor ?? { row: this.cursor ?? focus.row, column: 0 };
    this.select({ anchor, focus });
    this.publish();
  }

  selectAll(): void {
    const { first, end } = this.source.extent();
    if (end > first) this.setSelection(selectRows(first, end - 1));
  }

  /** What copying copies: the selection, or else the current row. */
  copyable(): LogSelection | undefined {
    if (!isEmptySelection(this.selection)) return this.selection;
    return this.cursor === undefined ? undefined : selectRows(this.cursor, this.cursor);
  }

  /** Opens or closes the details of a row, or unfolds the stack trace under it. */
  toggle(row: number): void {
    if (this.folds.toggle(row)) this.refold();
    else if (!this.opened.delete(row)) this.opened.add(row);
    this.heights.delete(row);
    this.publish();
  }

  /** What is being read: the current line if it is on the screen, else the uppermost; undefined while the view follows. */
  readPlace(): ReadPlace | undefined {
    if (this.following) return undefined;
    const awaited = this.restoring ?? this.lost?.read;
    if (awaited) return awaited;
    const placed = placedRows(this.place, this.list(), 0);
    const current = placed.filter(({ row }) => row === this.cursor);
    for (const { row, top } of [...current, ...placed]) {
      const address = addressOf(this.source, row);
      if (address) return { address, topPx: top, isCursor: row === this.cursor };
    }
    return undefined;
  }

  /** Brings back what was read and selected; follows when this view does not show it. */
  private async restore(read: ReadPlace | undefined, selection: KeptSelection | undefined): Promise<void> {
    const { signal } = this.life;
    this.restoring = read;
    try {
      if (read) {
        const row = await findLine(this.source, read.address, signal);
        this.restoring = undefined;
        if (row === undefined) this.follow();
        else {
          this.unfoldAround(row);
          this.place = clampPlace({ anchor: row, y: read.topPx }, this.list());
          if (read.isCursor) this.cursor = row;
          this.publish();
        }
      }
      const found = selection && (await foundSelection(this.source, selection, signal));
      if (found && !this.selection) this.setSelection(found);
    } catch {
      // The view was closed, or the connection broke once more: the next one begins from the same place.
      if (!signal.aborted) this.lost ??= { read: this.restoring, selection };
      this.restoring = undefined;
    }
  }

  private select(selection: LogSelection | undefined): void {
    this.selection = selection;
    this.lastSelection = selection && keptSelection(this.source, selection);
  }

  private extended(start: number, next: number): LogSelection {
    const anchorRow = this.selection?.anchor.row ?? start;
    return next >= anchorRow ? selectRows(anchorRow, next) : this.upwards(anchorRow, next);
  }

  private upwards(anchorRow: number, next: number): LogSelection {
    return { anchor: { row: anchorRow, column: lineEnd }, focus: { row: next, column: 0 } };
  }

  private unfoldAround(row: number): void {
    if (this.folds.reveal(row)) this.refold();
  }

  private startFollowing(): void {
    this.following = true;
    this.source.follow(true);
  }

  private stopFollowing(): void {
    if (!this.following) return;
    this.following = false;
    this.endWhenPaused = undefined;
    this.countFromHere();
    this.source.follow(false);
  }

  /** After the rows were numbered anew nothing that is kept by number is true any more; what was read is looked up. */
  private startGeneration(generation: number): void {
    this.generation = generation;
    this.lost ??= { read: this.following ? undefined : this.lastRead, selection: this.lastSelection };
    this.heights.clear();
    this.opened.clear();
    this.folds.clear();
    this.selection = undefined;
    this.cursor = undefined;
    this.endWhenPaused = undefined;
  }

  /** Lines that are only now found in what was stored are no new lines. */
  private countFromHere(): void {
    const { end, scanning, status } = this.source.extent();
    if (!scanning && status === 'open') this.endWhenPaused ??= end;
  }

  private handleSource(): void {
    const { generation, first, end, status } = this.source.extent();
    if (generation !== this.generation) this.startGeneration(generation);
    if (this.lost && status === 'open' && end > first) {
      const { read, selection } = this.lost;
      this.lost = undefined;
      void this.restore(read, selection);
    }
    if (!this.following) this.countFromHere();
    for (const row of this.heights.keys()) if (row < first) this.heights.delete(row);
    this.settle();
  }

  /** Brings the place in order after something else changed: the end when following, else where it was. */
  private settle(): void {
    this.refold();
    const list = this.list();
    this.place = this.following ? bottomPlace(list) : clampPlace(this.place, list);
    this.publish();
  }

  private list(): ScrollList {
    const { first, end } = this.source.extent();
    return { first, end, viewportPx: this.viewportPx, heightOf: (row) => this.heightOf(row) };
  }

  private heightOf(row: number): number {
    return this.folds.isHidden(row) ? 0 : (this.heights.get(row) ?? rowPx);
  }

  private refold(): void {
    const extent = this.source.extent();
    this.folds.refold(this.following ? extent.end : this.place.anchor, extent, (row) => this.source.row(row));
  }

  private build(): LogSnapshot {
    const list = this.list();
    const placed = placedRows(this.place, list, overscanPx);
    const extent = this.source.extent();
    return {
      extent,
      placed,
      thumb: thumbOf(this.place, list),
      following: this.following,
      waiting: this.following ? 0 : Math.max(0, extent.end - (this.endWhenPaused ?? extent.end)),
      selection: this.selection,
      cursor: this.cursor,
    };
  }

  private publish(): void {
    this.current = this.build();
    this.lastRead = this.readPlace() ?? (this.following ? undefined : this.lastRead);
    const { placed } = this.current;
    const firstRow = placed[0]?.row;
    if (firstRow !== undefined) this.source.look(firstRow, (placed.at(-1)?.row ?? firstRow) + 1);
    for (const listener of [...this.listeners]) listener();
  }
}
