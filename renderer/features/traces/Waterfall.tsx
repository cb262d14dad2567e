import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Span } from '../../../shared/contract/gen/traces_pb.ts';
import { formatLatency } from '../../ui/trafficFormat.ts';
import { SpanLine } from './SpanLine.tsx';
import { rulerSteps, timeOf, traceRows } from './traceTree.ts';
import classes from './Waterfall.module.css';

/** px; the row's height in the style sheet. */
const rowHeight = 26;
const overscan = 12;

/** Numbers on the ruler at most. */
const rulerCount = 6;

/** Beyond this part of the width a number has no room before the edge; its line stays. */
const labelsEndAt = 0.93;

function Ruler({ scaleMs }: { scaleMs: number }) {
  return (
    <div className={classes.ruler} role="row">
      <span role="columnheader" className={classes.rulerName}>
        Span
      </span>
      <span role="columnheader" className={classes.rulerScale}>
        {rulerSteps(scaleMs, rulerCount).map((at) => (
          <span key={at} style={{ left: `${(at / scaleMs) * 100}%` }}>
            {at === 0 ? '0' : at / scaleMs > labelsEndAt ? '' : formatLatency(at)}
          </span>
        ))}
      </span>
    </div>
  );
}

/**
 * The spans of a trace one below the other, each where it stands in time. Arrow keys go up and down, right and left open and
 * close, Enter shows what is known of a span.
 */
export function Waterfall({
  spans,
  label,
  scaleMs: wantedScaleMs,
  selected,
  onSelect,
}: {
  spans: readonly Span[];
  label: string;
  /** ms of the whole width; the duration of the trace unless it is compared with a longer one. */
  scaleMs?: number;
  selected: string | undefined;
  onSelect: (spanId: string) => void;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState(selected);
  const rows = useMemo(() => traceRows(spans, closed), [spans, closed]);
  const scaleMs = Math.max(wantedScaleMs ?? timeOf(spans).durationMs, 0.001);
  const found = rows.findIndex(({ span }) => span.spanId === chosen);
  const active = found < 0 ? 0 : found;

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    initialRect: { width: 1000, height: 600 },
    getItemKey: (index) => rows[index]?.span.spanId ?? index,
  });

  const toggle = (spanId: string): void => {
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(spanId)) next.add(spanId);
      return next;
    });
  };
  const select = (spanId: string): void => {
    setChosen(spanId);
    onSelect(spanId);
  };
  const moveTo = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (!row) return;
    setChosen(row.span.spanId);
    if (selected !== undefined) onSelect(row.span.spanId);
    virtualizer.scrollToIndex(rows.indexOf(row));
    requestAnimationFrame(() =>
      scroll.current
        ?.querySelector<HTMLElement>(`[data-span="${CSS.escape(row.span.spanId)}"]`)
        ?.focus({ preventScroll: true }),
    );
  };

  const handleKey = (event: KeyboardEvent): void => {
    const row = rows[active];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const { spanId, parentSpanId } = row.span;
    const isClosed = closed.has(spanId);
    if (event.key === 'ArrowDown') moveTo(active + 1);
    else if (event.key === 'ArrowUp') moveTo(active - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(rows.length - 1);
    else if (event.key === 'ArrowRight' && row.below > 0) {
      if (isClosed) toggle(spanId);
      else moveTo(active + 1);
    } else if (event.key === 'ArrowLeft') {
      if (row.below > 0 && !isClosed) toggle(spanId);
      else {
        const parent = rows.findIndex(({ span }) => span.spanId === parentSpanId);
        if (parent >= 0) moveTo(parent);
      }
    } else if (event.key === 'Enter' || event.key === ' ') select(spanId);
    else return;
    event.preventDefault();
  };

  return (
    <div ref={scroll} className={classes.waterfall} role="treegrid" aria-label={label} onKeyDown={handleKey}>
      <Ruler scaleMs={scaleMs} />
      <div role="rowgroup" className={classes.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index];
          return row ? (
            <SpanLine
              key={key}
              row={row}
              top={start - rowHeight}
              scaleMs={scaleMs}
              isActive={index === active}
              isSelected={row.span.spanId === selected}
              isClosed={closed.has(row.span.spanId)}
              onSelect={select}
              onToggle={toggle}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}
