import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from 'react';
import type { HistoryEvent } from '../../../shared/contract/gen/topics_pb.ts';
import { formatMoment } from '../../ui/format.ts';
import { RowScrollbar } from '../../ui/RowScrollbar.tsx';
import { useLongList } from '../../ui/useLongList.ts';
import { useNow } from '../../ui/useNow.ts';
import classes from './Events.module.css';
import type { EventRange } from './eventRange.ts';

/** px; the row's height in the style sheet. */
const rowPx = 28;
/** Rows before the end of what is held at which the next page is asked for. */
const marginRows = 30;

function preview(payload: Uint8Array, whole: number): string {
  const text = new TextDecoder().decode(payload).replace(/\s+/g, ' ');
  return whole > payload.length ? `${text}…` : text;
}

const EventRow = memo(function EventRow({
  entry,
  top,
  isActive,
  nowMs,
  onPick,
}: {
  entry: HistoryEvent;
  top: number;
  isActive: boolean;
  nowMs: number;
  onPick: (offset: number) => void;
}) {
  const { event, payloadBytes } = entry;
  const text = useMemo(() => (event ? preview(event.payload, payloadBytes) : ''), [event, payloadBytes]);
  if (!event) return null;
  return (
    <div
      role="row"
      id={`event-${event.offset}`}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-selected={isActive}
      onClick={() => onPick(event.offset)}
    >
      <span role="gridcell" className={classes.number}>
        {event.offset}
      </span>{' '}
      <span role="gridcell" className={classes.time}>
        {formatMoment(event.time, nowMs)}
      </span>{' '}
      <span role="gridcell" className={classes.key} title={event.key}>
        {event.key}
      </span>{' '}
      <span role="gridcell" className={classes.payload}>
        {text}
      </span>
    </div>
  );
});

/** The events that are held, newest first; older ones come as one goes down. */
export function EventList({
  range,
  topic,
  selected,
  held,
  onSelect,
  onEnter,
}: {
  range: EventRange;
  /** Whether new events are to wait. */
  held: boolean;
  topic: string;
  /** Offset of the open event. */
  selected: number | undefined;
  onSelect: (offset: number) => void;
  onEnter: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { events } = range;
  const list = useLongList(box, events.length, rowPx);
  const nowMs = useNow();
  const found = events.findIndex(({ event }) => event?.offset === selected);
  const active = Math.max(0, found);
  const { end } = list;
  const isAway = list.first > 0;

  // An event that was chosen elsewhere, as by going to a place, is brought into sight.
  const latest = useRef({ reveal: list.reveal, found });
  useEffect(() => {
    latest.current = { reveal: list.reveal, found };
  });
  const isThere = found >= 0 && list.heightPx > 0;
  useEffect(() => {
    if (selected !== undefined && isThere) latest.current.reveal(latest.current.found);
  }, [selected, isThere]);

  useEffect(() => {
    // What one reads further down must not move when new events come at the top.
    range.hold(held || isAway);
  }, [range, held, isAway]);
  useEffect(() => {
    if (end + marginRows >= events.length) range.older();
  }, [range, end, events.length]);

  const go = (row: number): void => {
    const next = Math.max(0, Math.min(events.length - 1, row));
    const offset = events[next]?.event?.offset;
    if (offset === undefined) return;
    list.reveal(next);
    onSelect(offset);
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Record<string, number> = {
      ArrowDown: found < 0 ? 0 : active + 1,
      ArrowUp: active - 1,
      PageDown: active + list.fits - 1,
      PageUp: active - list.fits + 1,
      Home: 0,
      End: events.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) go(move);
    else if (event.key === 'Enter') onEnter();
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.list}>
      <div className={classes.header} aria-hidden="true">
        <span className={classes.number}>Offset</span>
        <span>Time</span>
        <span>Key</span>
        <span>Payload</span>
      </div>
      <div
        ref={box}
        className={classes.rows}
        role="grid"
        tabIndex={0}
        aria-label={`Events of ${topic}`}
        aria-activedescendant={found >= list.first && found < list.end ? `event-${selected}` : undefined}
        onKeyDown={handleKey}
      >
        {events.slice(list.first, list.end).map((entry, i) => (
          <EventRow
            key={entry.event?.offset}
            entry={entry}
            top={list.topOf(list.first + i)}
            isActive={list.first + i === found}
            nowMs={nowMs - (nowMs % 60_000)}
            onPick={onSelect}
          />
        ))}
      </div>
      <div className={classes.bar}>
        <RowScrollbar onDrag={list.drag} thumb={list.thumb} trackPx={list.heightPx} />
      </div>
    </div>
  );
}
