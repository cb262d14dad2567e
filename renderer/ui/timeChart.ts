/** One value at one time. */
export interface TimedValue {
  /** ms since 1970. */
  at: number;
  value: number;
}

/** What a chart shows of time, ms since 1970. */
export interface TimeSpan {
  from: number;
  to: number;
}

/** A chart that has only begun does not stretch a few values over its whole width, ms. */
const leastSpanMs = 5 * 60_000;

/** From the first value until now: at least {@link leastSpanMs}, at most `longestMs`. */
export function timeSpanOf(values: readonly TimedValue[], now: number, longestMs: number): TimeSpan {
  const first = values[0]?.at ?? now;
  return { from: now - Math.min(longestMs, Math.max(leastSpanMs, now - first)), to: now };
}

/** The least round number (1, 2 or 5 with zeros, times `unit`) that is no less than all values; the end of the axis. */
export function niceTop(values: readonly TimedValue[], unit = 1): number {
  const top = Math.max(...values.map(({ value }) => value), 0) / unit;
  if (top <= 1) return unit;
  const power = 10 ** Math.floor(Math.log10(top));
  const step = [1, 2, 5, 10].find((each) => each * power >= top) ?? 10;
  return step * power * unit;
}

/** Where a value stands in a drawing of a size. */
export function placeOf(
  { at, value }: TimedValue,
  { from, to }: TimeSpan,
  top: number,
  size: { width: number; height: number },
): { x: number; y: number } {
  return { x: ((at - from) / (to - from)) * size.width, y: size.height - (Math.max(0, value) / top) * size.height };
}

/** Values that follow each other without a gap longer than `gapMs`; between two of them nothing was measured. */
export function unbroken(values: readonly TimedValue[], gapMs: number): TimedValue[][] {
  const runs: TimedValue[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && value.at - last.at <= gapMs) run.push(value);
    else runs.push([value]);
  }
  return runs;
}

/** Index of the value that is nearest to a time. */
export function nearestTo(values: readonly TimedValue[], at: number): number {
  let nearest = 0;
  for (const [index, value] of values.entries()) {
    if (Math.abs(value.at - at) <= Math.abs((values[nearest]?.at ?? 0) - at)) nearest = index;
  }
  return nearest;
}
