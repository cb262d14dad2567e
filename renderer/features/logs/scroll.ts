import type { Thumb } from '../../ui/RowScrollbar.tsx';

/**
 * Where a list stands: row `anchor` has its upper edge `y` px below the upper edge of the viewport. Everything else is laid
 * out from the anchor, up and down. So rows above it may turn out taller than thought, or be thrown away, and what is being
 * read stays where it is. The browser's own scroll range is not used: at 20 px a row it ends near 1.7 million rows.
 */
export interface ScrollPlace {
  readonly anchor: number;
  readonly y: number;
}

/** The list that is scrolled: rows `first` to `end` (exclusive), with the height of each in px as far as it is known. */
export interface ScrollList {
  readonly first: number;
  readonly end: number;
  readonly viewportPx: number;
  readonly heightOf: (row: number) => number;
}

/** A row on the screen: its upper edge in px below that of the viewport. */
export interface PlacedRow {
  readonly row: number;
  readonly top: number;
}

/** Rows of no height in one go (folded ones) that a walk passes at most, so that it ends in any case. */
const maxWalk = 100_000;

function isEmpty(list: ScrollList): boolean {
  return list.end <= list.first;
}

/** The place at which the last row ends at the lower edge; shorter lists begin at the upper edge. */
export function bottomPlace(list: ScrollList): ScrollPlace {
  if (isEmpty(list)) return { anchor: list.first, y: 0 };
  let height = 0;
  let row = list.end;
  for (let walked = 0; row > list.first && height < list.viewportPx && walked < maxWalk; walked++) {
    row -= 1;
    height += list.heightOf(row);
  }
  if (row === list.first && height <= list.viewportPx) return { anchor: list.first, y: 0 };
  return { anchor: row, y: list.viewportPx - height };
}

/** The same place with its anchor on the screen again; the anchor changes only when it has left the viewport. */
function rebase(place: ScrollPlace, list: ScrollList): ScrollPlace {
  let { anchor, y } = place;
  for (let walked = 0; y > list.viewportPx && anchor > list.first && walked < maxWalk; walked++) {
    anchor -= 1;
    y -= list.heightOf(anchor);
  }
  for (let walked = 0; anchor + 1 < list.end && y + list.heightOf(anchor) <= 0 && walked < maxWalk; walked++) {
    y += list.heightOf(anchor);
    anchor += 1;
  }
  return { anchor, y };
}

/** How many px lie between the anchor's upper edge and the first row's, but not more than `limitPx`. */
function heightAbove(anchor: number, list: ScrollList, limitPx: number): number {
  let height = 0;
  for (let row = anchor - 1, walked = 0; row >= list.first && height < limitPx && walked < maxWalk; row--, walked++) {
    height += list.heightOf(row);
  }
  return height;
}

/** How many px lie between the anchor's upper edge and the end of the list, but not more than `limitPx`. */
function heightBelow(anchor: number, list: ScrollList, limitPx: number): number {
  let height = 0;
  for (let row = anchor, walked = 0; row < list.end && height < limitPx && walked < maxWalk; row++, walked++) {
    height += list.heightOf(row);
  }
  return height;
}

/** Brings a place back into the list: no gap above the first row, none below the last unless the list is short. */
export function clampPlace(place: ScrollPlace, list: ScrollList): ScrollPlace {
  if (isEmpty(list)) return { anchor: list.first, y: 0 };
  let current = place;
  if (current.anchor < list.first) current = { anchor: list.first, y: 0 };
  if (current.anchor >= list.end) return bottomPlace(list);
  current = rebase(current, list);
  const room = list.viewportPx - current.y;
  if (heightBelow(current.anchor, list, room) < room) return bottomPlace(list);
  if (current.y > 0) {
    const above = heightAbove(current.anchor, list, current.y);
    if (above < current.y) return { anchor: list.first, y: 0 };
  }
  return current;
}

/** Scrolls down by `px` (up when negative). */
export function scrollByPx(place: ScrollPlace, px: number, list: ScrollList): ScrollPlace {
  return clampPlace({ anchor: place.anchor, y: place.y - px }, list);
}

/** The rows that cover the viewport, from above to below, with `overscanPx` more on each side. */
export function placedRows(place: ScrollPlace, list: ScrollList, overscanPx: number): PlacedRow[] {
  if (isEmpty(list)) return [];
  const rows: PlacedRow[] = [];
  let top = place.y;
  let row = place.anchor;
  for (let walked = 0; row > list.first && top > -overscanPx && walked < maxWalk; walked++) {
    row -= 1;
    top -= list.heightOf(row);
  }
  for (let walked = 0; row < list.end && top < list.viewportPx + overscanPx && walked < maxWalk; walked++) {
    const height = list.heightOf(row);
    if (height > 0) rows.push({ row, top });
    top += height;
    row += 1;
  }
  return rows;
}

/** Where a row comes to stand when it is asked for. */
export type RowAlign = 'top' | 'center' | 'bottom';

/** The place that shows `row`. */
export function rowPlace(row: number, align: RowAlign, list: ScrollList): ScrollPlace {
  const anchor = Math.min(Math.max(row, list.first), Math.max(list.first, list.end - 1));
  const free = list.viewportPx - list.heightOf(anchor);
  const y = align === 'top' ? 0 : align === 'bottom' ? free : free / 2;
  return clampPlace({ anchor, y }, list);
}

/** The place that shows `row`, moved as little as possible. */
export function revealRow(place: ScrollPlace, row: number, list: ScrollList): ScrollPlace {
  const shown = placedRows(place, list, 0).find((placed) => placed.row === row);
  if (!shown) return rowPlace(row, 'center', list);
  const height = list.heightOf(row);
  if (shown.top < 0 || height > list.viewportPx) return scrollByPx(place, shown.top, list);
  const below = shown.top + height - list.viewportPx;
  return below > 0 ? scrollByPx(place, below, list) : place;
}

/** Whether the end of the list is on the screen (within a px: heights may be broken numbers at a zoom of 150 %). */
export function isAtBottom(place: ScrollPlace, list: ScrollList): boolean {
  if (isEmpty(list)) return true;
  const room = list.viewportPx - place.y;
  return heightBelow(place.anchor, list, room + 2) <= room + 1;
}

/** The thumb counts rows, not px: its place can be told without knowing ten million heights. */
export function thumbOf(place: ScrollPlace, list: ScrollList): Thumb {
  const total = list.end - list.first;
  const shown = placedRows(place, list, 0).length;
  if (total <= 0 || shown >= total) return { start: 0, size: 1 };
  const size = shown / total;
  if (isAtBottom(place, list)) return { start: 1 - size, size };
  const top = placedRows(place, list, 0)[0]?.row ?? list.first;
  return { start: Math.min((top - list.first) / total, 1 - size), size };
}

/** The place for a thumb that was dragged to `start` (0 to 1 of the way it can go). */
export function placeOfThumb(start: number, list: ScrollList, rowPx: number): ScrollPlace {
  if (start >= 1) return bottomPlace(list);
  const rowsOnScreen = Math.floor(list.viewportPx / rowPx);
  const range = Math.max(0, list.end - list.first - rowsOnScreen);
  const exact = Math.max(0, start) * range;
  const row = Math.floor(exact);
  return clampPlace({ anchor: list.first + row, y: -(exact - row) * rowPx }, list);
}
