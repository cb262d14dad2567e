import type { LogController } from './LogController.ts';
import { drawnLine } from './logRow.ts';
import type { TextPoint } from './selection.ts';

function caretAt(x: number, y: number): { node: Node; offset: number } | undefined {
  const range = document.caretRangeFromPoint(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}

/** Characters of `root` before a place in it. */
function offsetIn(root: HTMLElement, node: Node, offset: number): number {
  const before = document.createRange();
  before.setStart(root, 0);
  before.setEnd(node, offset);
  return before.toString().length;
}

function rowElementAt(grid: HTMLElement, y: number): HTMLElement | undefined {
  const rows = [...grid.querySelectorAll<HTMLElement>('[data-row]')];
  const boxes = rows.map((element) => ({ element, box: element.getBoundingClientRect() }));
  boxes.sort((a, b) => a.box.top - b.box.top);
  const hit = boxes.find(({ box }) => y < box.bottom) ?? boxes.at(-1);
  return hit?.element;
}

/**
 * The place in the text that a point of the window means: left of the text is its beginning, right of it its end, above or
 * below all rows the nearest one.
 */
export function textPointAt(grid: HTMLElement, controller: LogController, x: number, y: number): TextPoint | undefined {
  const element = rowElementAt(grid, y);
  const row = Number(element?.dataset['row']);
  if (!element || !Number.isInteger(row)) return undefined;
  const text = element.querySelector<HTMLElement>('[data-text]');
  const record = controller.row(row);
  if (!text || record?.kind !== 'line') return { row, column: 0 };
  const { length } = drawnLine(record).shown;
  const box = text.getBoundingClientRect();
  if (y > box.bottom) return { row, column: length };
  if (x <= box.left) return { row, column: y < box.top ? 0 : columnNear(text, box.left + 1, y, length) };
  return { row, column: columnNear(text, x, y, length) };
}

function columnNear(text: HTMLElement, x: number, y: number, length: number): number {
  const caret = caretAt(x, y);
  if (!caret || !text.contains(caret.node)) return x <= text.getBoundingClientRect().left + 1 ? 0 : length;
  return Math.min(offsetIn(text, caret.node, caret.offset), length);
}
