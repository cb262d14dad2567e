import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { LogController } from './LogController.ts';

/** Rows that can be taller than one line: the others are not measured at all. */
function measurable(grid: HTMLElement | null, controller: LogController, wrap: boolean): Map<HTMLElement, number> {
  const rows = new Map<HTMLElement, number>();
  for (const element of grid?.querySelectorAll<HTMLElement>('[data-row]') ?? []) {
    const row = Number(element.dataset['row']);
    const record = controller.row(row);
    if (record && (wrap || record.kind === 'divider' || controller.shapes.isOpened(row))) rows.set(element, row);
  }
  return rows;
}

/**
 * Tells the controller how tall rows are: before they are painted when the view is drawn, and later when a row changes by
 * itself (a field of its JSON is unfolded, its whole text arrives).
 */
export function useMeasuredRows(grid: RefObject<HTMLElement | null>, controller: LogController, wrap: boolean): void {
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const observed = useRef(new Map<HTMLElement, number>());
  useLayoutEffect(() => {
    const rows = observed.current;
    const created = new ResizeObserver((entries) => {
      const measured = new Map<number, number>();
      for (const { target } of entries) {
        if (!(target instanceof HTMLElement) || !rows.has(target) || !target.isConnected) continue;
        // Elements are used again for other rows: which one it shows now is written on it.
        measured.set(Number(target.dataset['row']), target.offsetHeight);
      }
      controller.measure(measured);
    });
    observer.current = created;
    return () => {
      created.disconnect();
      rows.clear();
    };
  }, [controller]);
  useLayoutEffect(() => {
    const rows = measurable(grid.current, controller, wrap);
    controller.measure(new Map([...rows].map(([element, row]) => [row, element.offsetHeight])));
  });
  // After painting: an element that is observed anew is reported once, which must not hold up the drawing.
  useEffect(() => {
    const rows = measurable(grid.current, controller, wrap);
    for (const element of observed.current.keys()) {
      if (rows.has(element)) continue;
      observed.current.delete(element);
      observer.current?.unobserve(element);
    }
    for (const [element, row] of rows) {
      if (!observed.current.has(element)) observer.current?.observe(element);
      observed.current.set(element, row);
    }
  });
}
