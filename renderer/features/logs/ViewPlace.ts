import { addressOf, type ReadPlace } from './keptPlace.ts';
import { type LogSnapshot, type SnapshotState, snapshotOf } from './logSnapshot.ts';
import type { LogSource } from './logSource.ts';
import { rowPx, type RowShapes } from './RowShapes.ts';
import {
  bottomPlace,
  clampPlace,
  isAtBottom,
  type PlacedRow,
  placedRows,
  placeOfThumb,
  revealRow,
  type RowAlign,
  rowPlace,
  scrollByPx,
  type ScrollList,
  type ScrollPlace,
} from './scroll.ts';

/** Where a view stands in the rows of its log. */
export class ViewPlace {
  /** Height of the view. */
  viewportPx = 0;
  private place: ScrollPlace = { anchor: 0, y: 0 };

  constructor(
    private readonly source: LogSource,
    private readonly shapes: RowShapes,
  ) {}

  /** The row that everything is laid out from. */
  get anchor(): number {
    return this.place.anchor;
  }

  get isAtBottom(): boolean {
    return isAtBottom(this.place, this.list());
  }

  /** Rows on the screen. */
  visible(): PlacedRow[] {
    return placedRows(this.place, this.list(), 0);
  }

  scrollBy(px: number): void {
    this.place = scrollByPx(this.place, px, this.list());
  }

  /** Puts the thumb of the scroll bar at `start`, 0 to 1 of the way it can go. */
  dragThumb(start: number): void {
    this.place = placeOfThumb(start, this.list(), rowPx);
  }

  show(row: number, align: RowAlign): void {
    this.place = rowPlace(row, align, this.list());
  }

  /** Scrolls as little as shows the row. */
  reveal(row: number): void {
    this.place = revealRow(this.place, row, this.list());
  }

  /** Puts the upper edge of a row so many px below that of the view. */
  putAt(row: number, topPx: number): void {
    this.place = clampPlace({ anchor: row, y: topPx }, this.list());
  }

  /** Brings the place in order after something else changed: the end, or else where it was. */
  settle(atBottom: boolean): void {
    const list = this.list();
    this.place = atBottom ? bottomPlace(list) : clampPlace(this.place, list);
  }

  /** What is being read: the current line if it is on the screen, else the uppermost. */
  reading(cursor: number | undefined): ReadPlace | undefined {
    const placed = this.visible();
    const current = placed.filter(({ row }) => row === cursor);
    for (const { row, top } of [...current, ...placed]) {
      const address = addressOf(this.source, row);
      if (address) return { address, topPx: top, isCursor: row === cursor };
    }
    return undefined;
  }

  snapshot(state: SnapshotState): LogSnapshot {
    return snapshotOf(this.place, this.list(), state);
  }

  private list(): ScrollList {
    const { first, end } = this.source.extent();
    return { first, end, viewportPx: this.viewportPx, heightOf: (row) => this.shapes.heightOf(row) };
  }
}
