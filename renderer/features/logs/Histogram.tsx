import { type PointerEvent, useEffect, useState } from 'react';
import { afterInput } from './inputFrame.ts';
import type { LogController } from './LogController.ts';
import type { LogExtent, LogHistogram } from './logSource.ts';
import classes from './Histogram.module.css';
import { formatAxisTime, formatLogMoment, type TimeStyle } from './logTime.ts';
import { useLogPart } from './useLog.ts';

/** Bars over the width of the page. */
const bucketCount = 120;

/** While the log grows it is counted again this often, ms: counting a long log takes the server some time. */
const refreshMs = 2_000;

/** Height of the drawing, in its own units (px). */
const heightPx = 46;

/** Shorter drags than this (px) are clicks. */
const minDragPx = 4;

/** Counts a log per stretch of time, again while it grows. */
function useHistogram(controller: LogController): LogHistogram | undefined {
  const [state, setState] = useState<{ controller: LogController; histogram: LogHistogram }>();
  const isEmpty = useLogPart(controller, ({ extent }) => extent.end === 0);
  useEffect(() => {
    const abort = new AbortController();
    let counted: LogExtent | undefined;
    const ask = async (): Promise<void> => {
      const extent = controller.source.extent();
      if (extent === counted || extent.status !== 'open') return;
      counted = extent;
      const histogram = await controller.source.histogram(bucketCount, abort.signal);
      afterInput(() => {
        if (!abort.signal.aborted) setState({ controller, histogram });
      });
    };
    // The next round asks again; until then the old picture stays.
    const round = (): void => void ask().catch(() => undefined);
    round();
    const timer = setInterval(round, refreshMs);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [controller, isEmpty]);
  return state?.controller === controller && !isEmpty ? state.histogram : undefined;
}

interface Bar {
  readonly x: number;
  readonly all: number;
  readonly warn: number;
  readonly bad: number;
}

/** Heights of the bars; what is there at all is seen, and warnings and errors are never hidden by the many. Exported for tests. */
export function barsOf(histogram: LogHistogram): Bar[] {
  const top = Math.max(1, ...histogram.counts.map(([all]) => all));
  const scale = (count: number, leastPx: number): number =>
    count === 0 ? 0 : Math.max(leastPx, (count / top) * heightPx);
  return histogram.counts.map(([all, warn, bad], x) => ({
    x,
    all: scale(all, 1),
    warn: scale(warn, 2),
    bad: scale(bad, 2),
  }));
}

/** How many lines came when. Dragging over a stretch shows only that. */
export function Histogram({
  controller,
  timeStyle,
  onRange,
}: {
  controller: LogController;
  timeStyle: TimeStyle;
  onRange: (sinceUs: number, untilUs: number) => void;
}) {
  const histogram = useHistogram(controller);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  if (!histogram) return <div className={classes.histogram} aria-hidden="true" />;
  const { startUs, bucketUs, counts } = histogram;
  const timeAt = (part: number): number => startUs + part * bucketUs * counts.length;
  const axisStyle = timeStyle === 'utc' ? 'utc' : 'local';
  const partAt = (event: PointerEvent<SVGSVGElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const finish = (event: PointerEvent<SVGSVGElement>): void => {
    if (!drag) return;
    setDrag(undefined);
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    if ((to - from) * event.currentTarget.getBoundingClientRect().width < minDragPx) {
      const row = controller.source.rowAt(timeAt(from), new AbortController().signal);
      void row.then((found) => found !== undefined && controller.showRow(found, 'top')).catch(() => undefined);
    } else onRange(Math.floor(timeAt(from)), Math.ceil(timeAt(to)));
  };
  const sum = (index: 0 | 1 | 2): number => counts.reduce((total, bucket) => total + bucket[index], 0);
  return (
    <div className={classes.histogram}>
      <svg
        viewBox={`0 0 ${counts.length} ${heightPx}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${sum(0)} lines, ${sum(1)} warnings, ${sum(2)} errors over time. Drag to show a stretch of time.`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const part = partAt(event);
          setDrag({ from: part, to: part });
        }}
        onPointerMove={(event) => {
          if (drag) setDrag({ ...drag, to: partAt(event) });
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(undefined)}
      >
        {barsOf(histogram).map(({ x, all, warn, bad }) => (
          <g key={x}>
            <rect className={classes.all} x={x} width={0.8} y={heightPx - all} height={all} />
            <rect className={classes.warnBar} x={x} width={0.8} y={heightPx - warn - bad} height={warn} />
            <rect className={classes.badBar} x={x} width={0.8} y={heightPx - bad} height={bad} />
          </g>
        ))}
        {drag ? (
          <rect
            className={classes.range}
            x={Math.min(drag.from, drag.to) * counts.length}
            width={Math.abs(drag.to - drag.from) * counts.length}
            y={0}
            height={heightPx}
          />
        ) : null}
      </svg>
      <div className={classes.axis} aria-hidden="true">
        {[0, 1 / 3, 2 / 3, 1].map((part) => (
          <span key={part} title={formatLogMoment(timeAt(part), axisStyle)}>
            {formatAxisTime(timeAt(part), bucketUs * counts.length, axisStyle)}
          </span>
        ))}
      </div>
    </div>
  );
}
