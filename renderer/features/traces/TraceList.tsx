import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { TraceSummary } from '../../../shared/contract/gen/traces_pb.ts';
import { TraceRow } from './TraceRow.tsx';
import classes from './Traces.module.css';

/** px; the row's height in the style sheet. */
const rowHeight = 32;
const overscan = 10;

/** A trace of the list and where it stood. */
export interface ListPlace {
  readonly traceId: string;
  /** px from the upper edge of what was in view. */
  readonly top: number;
}

/** The rows. The keyboard is on one trace, which keeps it while others come and go. */
export function TraceList({
  traces,
  initial,
  marked,
  onMark,
  onOpen,
  onEnd,
}: {
  traces: readonly TraceSummary[];
  initial: ListPlace | undefined;
  marked: readonly string[];
  onMark: (traceId: string) => void;
  onOpen: (place: ListPlace) => void;
  /** The end of the list comes into view. */
  onEnd: () => void;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(initial?.traceId);
  const [nowMs] = useState(() => Date.now());
  const found = traces.findIndex(({ traceId }) => traceId === chosen);
  const active = found < 0 ? 0 : found;
  const longestMs = useMemo(() => Math.max(1, ...traces.map(({ durationMs }) => durationMs)), [traces]);

  const virtualizer = useVirtualizer({
    count: traces.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    initialRect: { width: 1000, height: 600 },
    getItemKey: (index) => traces[index]?.traceId ?? index,
    // The active row is always there, or its focus would be lost when it is scrolled away.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return indexes.includes(active) ? indexes : [...indexes, active];
    },
  });

  // The active row is among the items wherever it stands; the end of what is in view tells.
  const isNearEnd = (virtualizer.range?.endIndex ?? 0) >= traces.length - overscan;
  useEffect(() => {
    if (isNearEnd) onEnd();
  }, [isNearEnd, onEnd]);

  const focusTrace = (traceId: string): void => {
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-trace="${traceId}"]`)?.focus({ preventScroll: true }),
    );
  };
  const moveTo = (index: number): void => {
    const trace = traces[Math.max(0, Math.min(traces.length - 1, index))];
    if (!trace) return;
    setChosen(trace.traceId);
    virtualizer.scrollToIndex(traces.indexOf(trace));
    focusTrace(trace.traceId);
  };
  const open = (traceId: string): void => {
    const index = traces.findIndex((trace) => trace.traceId === traceId);
    onOpen({ traceId, top: index * rowHeight - (scroll.current?.scrollTop ?? 0) });
  };

  // Rows are drawn again only when they change: they are given the same function each time.
  const latestOpen = useRef(open);
  useEffect(() => {
    latestOpen.current = open;
  });
  const openRow = useCallback((traceId: string) => latestOpen.current(traceId), []);

  const comeBack = useRef(() => {
    if (found < 0 || !initial || !scroll.current) return;
    // What came meanwhile stands above; the trace is where the eye left it.
    scroll.current.scrollTop = found * rowHeight - initial.top;
    focusTrace(initial.traceId);
  });
  useEffect(() => comeBack.current(), []);

  const handleKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const trace = traces[active];
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / rowHeight) - 2);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: traces.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) moveTo(move);
    else if (event.key === 'Enter' && trace) open(trace.traceId);
    else if (event.key === ' ' && trace) onMark(trace.traceId);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroll}
      className={classes.table}
      role="grid"
      aria-label="Traces"
      aria-rowcount={traces.length + 1}
      aria-multiselectable="true"
      onKeyDown={handleKey}
    >
      <div className={classes.header} role="row">
        <span role="columnheader" className={classes.mark}>
          <span className="visually-hidden">Marked</span>
        </span>
        <span role="columnheader">Started</span>
        <span role="columnheader">Trace</span>
        <span role="columnheader">Outcome</span>
        <span role="columnheader">Duration</span>
        <span role="columnheader">Services</span>
        <span role="columnheader" className={classes.number}>
          Spans
        </span>
      </div>
      <div role="rowgroup" className={classes.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start, key }) => {
          const trace = traces[index];
          return trace ? (
            <TraceRow
              key={key}
              trace={trace}
              top={start - rowHeight}
              longestMs={longestMs}
              isActive={index === active}
              isMarked={marked.includes(trace.traceId)}
              nowMs={nowMs}
              onOpen={openRow}
              onMark={onMark}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}
