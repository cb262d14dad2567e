import type { Thumb } from '../../ui/RowScrollbar.tsx';
import type { LogExtent } from './logSource.ts';
import { type PlacedRow, placedRows, type ScrollList, type ScrollPlace, thumbOf } from './scroll.ts';
import type { LogSelection } from './selection.ts';

/** Rows drawn beyond the upper and lower edge, px: a fast wheel must not show a gap. */
const overscanPx = 200;

/** What a picture is made from beside the place of the rows. */
export interface SnapshotState {
  readonly extent: LogExtent;
  readonly following: boolean;
  /** Rows that arrived since following ended. */
  readonly waiting: number;
  readonly selection: LogSelection | undefined;
  readonly cursor: number | undefined;
}

/** Everything the view draws, made anew on each change. */
export interface LogSnapshot extends SnapshotState {
  readonly placed: readonly PlacedRow[];
  readonly thumb: Thumb;
}

/** Where the rows are drawn for a place in the list. */
export function snapshotOf(place: ScrollPlace, list: ScrollList, state: SnapshotState): LogSnapshot {
  return { ...state, placed: placedRows(place, list, overscanPx), thumb: thumbOf(place, list) };
}
