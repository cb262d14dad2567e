import { memo } from 'react';
import classes from './Sparkline.module.css';

/** Fewer values than this are a stroke, not a course. */
const fewestValues = 5;

/** A small line of values without axes. `label` says in words what it shows. The scale begins at 0. */
export const Sparkline = memo(function Sparkline({
  values,
  width = 90,
  height = 14,
  label,
  colour = 'var(--busy)',
  capacity = values.length,
}: {
  values: readonly number[];
  width?: number;
  height?: number;
  label: string;
  colour?: string;
  /** Number of values that fill the width; fewer stand at the right end. */
  capacity?: number;
}) {
  if (values.length < fewestValues) return null;
  const top = Math.max(...values, Number.EPSILON);
  const step = width / (Math.max(capacity, values.length) - 1);
  const offset = width - step * (values.length - 1);
  const points = values.map((value, i) => {
    const x = offset + i * step;
    const y = height - 1 - (Math.max(0, value) / top) * (height - 2);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg className={classes.line} width={width} height={height} role="img" aria-label={label}>
      <path d={`M${points.join('L')}`} stroke={colour} />
    </svg>
  );
});
