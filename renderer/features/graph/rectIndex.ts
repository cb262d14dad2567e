/** A rectangle on the canvas, px. */
export interface Rect {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Side of a cell, px: about a node, so that a question looks into a handful of cells with a handful of things each. */
const cellSize = 160;

interface Entry<T> {
  readonly rect: Rect;
  readonly item: T;
}

/** Answers what lies in a rectangle without looking at everything. */
export class RectIndex<T> {
  private readonly cells = new Map<number, Entry<T>[]>();

  add(rect: Rect, item: T): void {
    const entry = { rect, item };
    for (const key of cellsOf(rect)) {
      const cell = this.cells.get(key);
      if (cell) cell.push(entry);
      else this.cells.set(key, [entry]);
    }
  }

  /** Whether anything overlaps; touching edges do not. */
  hits(rect: Rect): boolean {
    for (const key of cellsOf(rect)) {
      if (this.cells.get(key)?.some((entry) => overlaps(entry.rect, rect)) === true) return true;
    }
    return false;
  }

  /** How many of those that are `wanted` overlap. */
  count(rect: Rect, wanted: (item: T) => boolean): number {
    const found = new Set<Entry<T>>();
    for (const key of cellsOf(rect)) {
      for (const entry of this.cells.get(key) ?? []) {
        if (wanted(entry.item) && overlaps(entry.rect, rect)) found.add(entry);
      }
    }
    return found.size;
  }
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

/** Rows of cells that have keys of their own; the canvas is never a million px wide. */
const rows = 1 << 14;

function cellsOf({ left, right, top, bottom }: Rect): number[] {
  const keys: number[] = [];
  for (let column = Math.floor(left / cellSize); column <= Math.floor(right / cellSize); column++) {
    for (let row = Math.floor(top / cellSize); row <= Math.floor(bottom / cellSize); row++)
      keys.push(column * rows + row);
  }
  return keys;
}
