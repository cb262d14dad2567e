import { type PointerEvent, useRef, useState } from 'react';
import classes from './RowScrollbar.module.css';

/** The thumb of a scroll bar: both as a part of its track, 0 to 1. */
export interface Thumb {
  readonly start: number;
  readonly size: number;
}

/** The thumb is never smaller, px: it has to be caught with the pointer. */
const minThumbPx = 24;

/** Where the thumb stands on a track of `trackPx`. Exported for tests. */
export function thumbPx(thumb: Thumb, trackPx: number): { top: number; height: number } {
  const height = Math.min(trackPx, Math.max(minThumbPx, thumb.size * trackPx));
  const way = 1 - thumb.size;
  return { top: way <= 0 ? 0 : (thumb.start / way) * (trackPx - height), height };
}

/** The scroll bar of a list that counts rows, for it may be longer than a browser can scroll. */
export function RowScrollbar({
  onDrag,
  thumb,
  trackPx,
  ticks = [],
}: {
  /** The thumb was dragged so far, 0 to 1 of the way it can go. */
  onDrag: (start: number) => void;
  thumb: Thumb;
  trackPx: number;
  /** Marks beside the track, e.g. where matches are, 0 to 1. */
  ticks?: readonly number[];
}) {
  const grabbed = useRef<number>(0);
  const [dragging, setDragging] = useState(false);
  const { top, height } = thumbPx(thumb, trackPx);

  const drag = (clientY: number, track: HTMLElement): void => {
    const y = clientY - track.getBoundingClientRect().top - grabbed.current;
    onDrag(trackPx <= height ? 0 : y / (trackPx - height));
  };

  const handleDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
    const onThumb = y >= top && y <= top + height;
    grabbed.current = onThumb ? y - top : height / 2;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragging(true);
    if (!onThumb) drag(event.clientY, event.currentTarget);
    event.preventDefault();
  };

  return (
    // The keyboard scrolls in the list itself; a second stop in the tab order would say the same again.
    <div
      className={classes.scrollbar}
      aria-hidden="true"
      onPointerDown={handleDown}
      onPointerMove={(event) => {
        if (dragging) drag(event.clientY, event.currentTarget);
      }}
      onPointerUp={() => setDragging(false)}
      onPointerCancel={() => setDragging(false)}
    >
      {thumb.size < 1 ? (
        <div className={classes.thumb} style={{ top, height }} data-dragging={dragging || undefined} />
      ) : null}
      {ticks.map((at) => (
        <div key={at} className={classes.tick} style={{ top: at * (trackPx - 2) }} />
      ))}
    </div>
  );
}
