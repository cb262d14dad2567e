import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Thumb } from './RowScrollbar.tsx';
import { useSize } from './useSize.ts';

/** A wheel that counts in lines moves so many px a line; what Chromium does as well. */
const wheelLinePx = 20;

/** Where a list of rows of one height stands. */
export interface LongList {
  /** Rows to draw: `first` up to but without `end`. */
  readonly first: number;
  readonly end: number;
  /** Rows that fit as a whole. */
  readonly fits: number;
  readonly heightPx: number;
  readonly widthPx: number;
  readonly thumb: Thumb;
  /** Upper edge of a row below that of the list, px. */
  readonly topOf: (row: number) => number;
  /** Brings a row into sight, moving as little as possible. */
  readonly reveal: (row: number) => void;
  readonly drag: (start: number) => void;
}

/**
 * Scrolls a list of any number of rows. The browser's own scroll range is not used: it ends near 33 million px, which is
 * 1.2 million rows. The element gets the wheel; keys are the caller's.
 */
export function useLongList(element: RefObject<HTMLElement | null>, count: number, rowPx: number): LongList {
  const { height, width } = useSize(element);
  const [wanted, setWanted] = useState(0);
  const most = Math.max(0, count * rowPx - height);
  const top = Math.max(0, Math.min(wanted, most));

  const limits = useRef({ most });
  useEffect(() => {
    limits.current = { most };
  });

  useEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const handleWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      const byPx = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? wheelLinePx : 1);
      setWanted((before) => Math.max(0, Math.min(limits.current.most, Math.min(before, limits.current.most) + byPx)));
    };
    // React listens passively, where the default cannot be prevented, so the listener is our own.
    current.addEventListener('wheel', handleWheel, { passive: false });
    return () => current.removeEventListener('wheel', handleWheel);
  }, [element]);

  const total = count * rowPx;
  const size = total <= height || total === 0 ? 1 : height / total;
  return {
    first: Math.floor(top / rowPx),
    end: Math.min(count, Math.ceil((top + height) / rowPx)),
    fits: Math.max(1, Math.floor(height / rowPx)),
    heightPx: height,
    widthPx: width,
    thumb: { size, start: total === 0 ? 0 : top / total },
    topOf: (row) => row * rowPx - top,
    reveal: (row) => {
      // Before its size is known, no place in it means anything.
      if (height === 0) return;
      const upper = row * rowPx;
      if (upper < top) setWanted(upper);
      else if (upper + rowPx > top + height) setWanted(upper + rowPx - height);
    },
    drag: (start) => setWanted(Math.max(0, Math.min(1, start)) * most),
  };
}
