import { Following } from './Following.ts';
import { KeptReading } from './KeptReading.ts';
import type { ReadPlace } from './keptPlace.ts';
import type { LogRow } from './logRow.ts';
import type { LogSnapshot } from './logSnapshot.ts';
import type { LogSource } from './logSource.ts';
import { RowChoice } from './RowChoice.ts';
import { rowPx, RowShapes } from './RowShapes.ts';
import type { RowAlign } from './scroll.ts';
import type { LogSelection, TextPoint } from './selection.ts';
import { ViewPlace } from './ViewPlace.ts';

/**
 * The state of one log view: where it stands, whether it follows, what is selected, opened and folded. It knows rows by
 * number and nothing of the screen but its height, so the rules (what is read never moves by itself) are tested without one.
 */
export class LogController {
  /** How tall rows are, and which are opened or folded. */
  readonly shapes = new RowShapes();
  private readonly place: ViewPlace;
  private readonly following: Following;
  private readonly kept: KeptReading;
  private readonly choice: RowChoice;
  private readonly listeners = new Set<() => void>();
  private current: LogSnapshot;
  private readonly unsubscribe: () => void;
  private generation: number;
  /** The row whose details were opened and have no height yet. */
  private opening: number | undefined;

  /** `reading`: the line to begin at instead of following. */
  constructor(
    readonly source: LogSource,
    reading?: ReadPlace,
  ) {
    this.generation = source.extent().generation;
    this.place = new ViewPlace(source, this.shapes);
    this.following = new Following(source);
    this.kept = new KeptReading(source, {
      handlePlace: (place, row) => this.goBack(place, row),
      handleSelection: (selection) => {
        if (!this.choice.selection) this.setSelection(selection);
      },
    });
    this.choice = new RowChoice(source, this.kept);
    if (reading) {
      this.following.stop();
      this.kept.lose(reading);
    }
    this.unsubscribe = source.subscribe(() => this.handleSource());
    this.current = this.build();
  }

  dispose(): void {
    this.kept.dispose();
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

  /** How tall the view is, px. */
  setViewport(px: number): void {
    if (px === this.place.viewportPx) return;
    this.place.viewportPx = px;
    this.settle();
  }

  /** Tells how tall rows turned out to be; returns whether that changed anything. */
  measure(measured: ReadonlyMap<number, number>): boolean {
    const changed = this.shapes.measure(measured);
    if (this.opening !== undefined && measured.has(this.opening)) {
      this.place.reveal(this.opening);
      this.opening = undefined;
    }
    if (changed) this.settle();
    return changed;
  }

  /** Wrapping was switched, or the width changed. */
  forgetHeights(): void {
    this.shapes.forgetHeights();
    this.settle();
  }

  /** Scrolls down by `px`. Scrolling up ends following; reaching the end starts it again. */
  scrollBy(px: number): void {
    if (px < 0) this.following.stop();
    this.place.scrollBy(px);
    if (px > 0 && this.place.isAtBottom) this.following.start();
    this.publish();
  }

  scrollPages(pages: number): void {
    this.scrollBy(pages * Math.max(rowPx, this.place.viewportPx - rowPx));
  }

  /** Puts the thumb of the scroll bar at `start`, 0 to 1 of the way it can go. */
  dragThumb(start: number): void {
    this.place.dragThumb(start);
    if (start >= 1) this.following.start();
    else this.following.stop();
    this.publish();
  }

  goHome(): void {
    const { first } = this.source.extent();
    this.following.stop();
    this.place.show(first, 'top');
    // What keys do to the current row is to be seen.
    if (this.choice.cursor !== undefined) this.choice.cursor = first;
    this.publish();
  }

  /** The last row stays in view. A current row that is left behind is none any more: keys begin at the end again. */
  follow(): void {
    this.following.start();
    this.settle();
    const { cursor, placed } = this.current;
    if (cursor !== undefined && !placed.some(({ row }) => row === cursor)) this.setCursor(undefined);
  }

  /** Stops following; what is on the screen stays. */
  pause(): void {
    this.following.stop();
    this.publish();
  }

  /** Shows a row and makes it the current one. */
  showRow(row: number, align: RowAlign = 'center'): void {
    this.following.stop();
    if (this.shapes.reveal(row)) this.refold();
    this.place.show(row, align);
    this.choice.cursor = row;
    this.publish();
  }

  setCursor(row: number | undefined): void {
    this.choice.cursor = row;
    this.publish();
  }

  /** Moves the current row, with the selection when `extend`. */
  moveCursor(step: 1 | -1, extend: boolean): void {
    const next = this.choice.step(step, extend, this.place.visible(), (row) => this.shapes.isHidden(row));
    if (next === undefined) return;
    if (step < 0) this.following.stop();
    this.place.reveal(next);
    this.publish();
  }

  setSelection(selection: LogSelection | undefined): void {
    this.choice.select(selection);
    this.publish();
  }

  /** Extends the selection to a place, from where it began or from the current row. */
  extendSelection(focus: TextPoint): void {
    this.choice.extendTo(focus);
    this.publish();
  }

  selectAll(): void {
    this.choice.selectAll();
    this.publish();
  }

  /** What copying copies: the selection, or else the current row. */
  copyable(): LogSelection | undefined {
    return this.choice.copyable();
  }

  /** Opens or closes the details of a row, or unfolds the stack trace under it. What is opened comes into view and stays. */
  toggle(row: number): void {
    const folded = this.shapes.foldedUnder(row);
    if (this.shapes.toggle(row)) this.refold();
    const isUnfolded = this.shapes.isUnfolded(row);
    if (isUnfolded || this.shapes.isOpened(row)) {
      this.following.stop();
      if (isUnfolded) this.place.reveal(row + folded);
      else this.opening = row;
      this.place.reveal(row);
    }
    this.publish();
  }

  /** What is being read; undefined while the view follows. */
  readPlace(): ReadPlace | undefined {
    if (this.following.on) return undefined;
    return this.kept.awaited ?? this.place.reading(this.choice.cursor);
  }

  /** What was read is found again; follows when this view does not show it. */
  private goBack({ topPx, isCursor }: ReadPlace, row: number | undefined): void {
    if (row === undefined) {
      this.follow();
      return;
    }
    if (this.shapes.reveal(row)) this.refold();
    this.place.putAt(row, topPx);
    if (isCursor) this.choice.cursor = row;
    this.publish();
  }

  /** After the rows were numbered anew nothing that is kept by number is true any more; what was read is looked up. */
  private startGeneration(generation: number): void {
    this.generation = generation;
    this.kept.lose(this.following.on ? undefined : this.kept.lastRead);
    this.shapes.clear();
    this.choice.startGeneration();
    this.following.startGeneration();
  }

  private handleSource(): void {
    const { generation, first } = this.source.extent();
    if (generation !== this.generation) this.startGeneration(generation);
    this.kept.handleSource();
    this.following.countFromHere();
    this.shapes.dropBefore(first);
    this.settle();
  }

  /** Brings the place in order after something else changed: the end when following, else where it was. */
  private settle(): void {
    this.refold();
    this.place.settle(this.following.on);
    this.publish();
  }

  private refold(): void {
    const extent = this.source.extent();
    this.shapes.refold(this.following.on ? extent.end : this.place.anchor, extent, (row) => this.source.row(row));
  }

  private build(): LogSnapshot {
    return this.place.snapshot({
      extent: this.source.extent(),
      following: this.following.on,
      waiting: this.following.waiting,
      selection: this.choice.selection,
      cursor: this.choice.cursor,
    });
  }

  private publish(): void {
    this.current = this.build();
    this.kept.lastRead = this.readPlace() ?? (this.following.on ? undefined : this.kept.lastRead);
    const { placed } = this.current;
    const firstRow = placed[0]?.row;
    if (firstRow !== undefined) this.source.look(firstRow, (placed.at(-1)?.row ?? firstRow) + 1);
    for (const listener of [...this.listeners]) listener();
  }
}
