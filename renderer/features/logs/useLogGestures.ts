import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { LogController } from './LogController.ts';
import { drawnLine } from './logRow.ts';
import { textPointAt } from './pointerText.ts';
import { wordAt } from './selection.ts';

/** How often the view scrolls by itself while a selection is dragged over its edge, ms. */
const autoScrollMs = 30;

/** The farther the pointer is outside, the faster: px scrolled per px of distance. */
const autoScrollFactor = 0.4;

/** A wheel that counts in lines moves so many px a line; what Chromium does as well. */
const wheelLinePx = 20;

/** The wheel. React listens passively, where the default cannot be prevented, so the listener is our own. */
export function useLogWheel(grid: RefObject<HTMLElement | null>, controller: LogController): void {
  useEffect(() => {
    const element = grid.current;
    if (!element) return undefined;
    const handleWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? wheelLinePx : 1;
      controller.scrollBy(event.deltaY * unit);
    };
    element.addEventListener('wheel', handleWheel, { passive: false });
    return () => element.removeEventListener('wheel', handleWheel);
  }, [grid, controller]);
}

/** Selecting with the pointer: by drag over any distance, by shift-click, a word by double and a line by triple click. */
export function useLogSelection(
  grid: RefObject<HTMLElement | null>,
  controller: LogController,
): {
  onPointerDown: (event: ReactPointerEvent<HTMLElement>) => void;
  onPointerMove: (event: ReactPointerEvent<HTMLElement>) => void;
  onPointerUp: (event: ReactPointerEvent<HTMLElement>) => void;
} {
  const drag = useRef<{ x: number; y: number; timer: ReturnType<typeof setInterval> } | undefined>(undefined);

  const stop = (): void => {
    clearInterval(drag.current?.timer);
    drag.current = undefined;
  };
  useEffect(() => stop, []);

  const extend = (): void => {
    const element = grid.current;
    const held = drag.current;
    if (!element || !held) return;
    const box = element.getBoundingClientRect();
    const outside = held.y < box.top ? held.y - box.top : Math.max(0, held.y - box.bottom);
    if (outside !== 0) controller.scrollBy(outside * autoScrollFactor);
    const y = Math.min(Math.max(held.y, box.top + 1), box.bottom - 1);
    const point = textPointAt(element, controller, held.x, y);
    if (point) controller.extendSelection(point);
  };

  return {
    onPointerDown: (event) => {
      const element = grid.current;
      const target = event.target instanceof Element ? event.target : undefined;
      if (!element || event.button !== 0 || target?.closest('button, [data-url], [data-own-selection]')) return;
      const point = textPointAt(element, controller, event.clientX, event.clientY);
      if (!point) return;
      element.focus({ preventScroll: true });
      event.preventDefault();
      if (event.shiftKey) {
        controller.extendSelection(point);
      } else if (event.detail >= 2) {
        const record = controller.row(point.row);
        const text = record?.kind === 'line' ? drawnLine(record).shown : '';
        const range = event.detail === 2 ? wordAt(text, point.column) : { start: 0, end: text.length };
        controller.setCursor(point.row);
        controller.setSelection({
          anchor: { row: point.row, column: range.start },
          focus: { row: point.row, column: range.end },
        });
        return;
      } else {
        controller.setCursor(point.row);
        controller.setSelection({ anchor: point, focus: point });
      }
      element.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, y: event.clientY, timer: setInterval(extend, autoScrollMs) };
    },
    onPointerMove: (event) => {
      if (!drag.current) return;
      // What is being selected must not run away from under the pointer.
      const isDragged = Math.hypot(event.clientX - drag.current.x, event.clientY - drag.current.y) > 0;
      if (isDragged && controller.snapshot().following) controller.pause();
      drag.current.x = event.clientX;
      drag.current.y = event.clientY;
      extend();
    },
    onPointerUp: stop,
  };
}
