import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { formatClock } from './format.ts';
import { nearestTo, niceTop, placeOf, type TimedValue, type TimeSpan, unbroken } from './timeChart.ts';
import classes from './TimeChart.module.css';

/** Size of the drawing in its own units; it is stretched to the width that it is given. */
const size = { width: 320, height: 64 };

/** How far the keys move: by one value, and by so many with Page Up and Page Down. */
const pageStep = 30;

/**
 * A line of values over time with its scale. The value under the pointer, or that the arrow keys lead to, is told with its
 * time; else the newest. A gap in the line is time in which nothing was measured.
 */
export function TimeChart({
  title,
  values,
  span,
  gapMs,
  unit = 1,
  format,
}: {
  title: string;
  /** Oldest first, at least one. */
  values: readonly TimedValue[];
  span: TimeSpan;
  gapMs: number;
  /** What the end of the scale is a round number of. */
  unit?: number;
  format: (value: number) => string;
}) {
  /** The time that is looked at; the newest value when nothing is. */
  const [lookedAt, setLookedAt] = useState<number>();
  const last = values.length - 1;
  const index = lookedAt === undefined ? last : nearestTo(values, lookedAt);
  const shown = values[index] as TimedValue;
  const top = niceTop(values, unit);
  const text = `${format(shown.value)} at ${formatClock(shown.at)}`;
  const handleKey = (event: KeyboardEvent): void => {
    const next = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      PageUp: index - pageStep,
      PageDown: index + pageStep,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setLookedAt(values[Math.min(last, Math.max(0, next))]?.at);
  };
  const handlePointer = (event: PointerEvent<HTMLDivElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    if (width > 0) setLookedAt(span.from + ((event.clientX - left) / width) * (span.to - span.from));
  };
  const begin = formatClock(span.from).slice(0, 5);
  const mark = placeOf(shown, span, top, size);
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span className={classes.value}>{format(shown.value)}</span>
        <span className={classes.dim}>{lookedAt === undefined ? 'now' : formatClock(shown.at)}</span>
      </figcaption>
      <div className={classes.plot}>
        <div className={classes.scale} aria-hidden="true">
          <span>{format(top)}</span>
          <span>{format(0)}</span>
        </div>
        <div
          className={classes.drawing}
          role="slider"
          tabIndex={0}
          aria-label={`${title}, ${begin} until now`}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={index}
          aria-valuetext={text}
          onKeyDown={handleKey}
          onBlur={() => setLookedAt(undefined)}
          onPointerMove={handlePointer}
          onPointerLeave={() => setLookedAt(undefined)}
        >
          <svg viewBox={`0 0 ${size.width} ${size.height}`} preserveAspectRatio="none" aria-hidden="true">
            <path
              className={classes.grid}
              d={`M0 0H${size.width}M0 ${size.height / 2}H${size.width}M0 ${size.height}H${size.width}`}
            />
            {unbroken(values, gapMs).map((run) => {
              const points = run.map((value) => placeOf(value, span, top, size));
              const line = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
              const [first, end] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
              return (
                <g key={run[0]?.at}>
                  <path
                    className={classes.area}
                    d={`M${first.toFixed(1)} ${size.height}L${line}L${end.toFixed(1)} ${size.height}Z`}
                  />
                  {/* A value alone is a dot: a line of no length with round ends. */}
                  <path className={classes.line} d={`M${line}${points.length === 1 ? `L${line}` : ''}`} />
                </g>
              );
            })}
            {lookedAt === undefined ? null : (
              <path className={classes.mark} d={`M${mark.x.toFixed(1)} 0V${size.height}`} />
            )}
          </svg>
        </div>
        <div className={classes.times} aria-hidden="true">
          <span>{begin}</span>
          <span>now</span>
        </div>
      </div>
    </figure>
  );
}
