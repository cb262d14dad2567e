/** A latency with three digits and its unit: `0.41 ms`, `12.3 ms`, `1.42 s`. */
export function formatLatency(ms: number): string {
  if (ms >= 999.5) return `${(ms / 1000).toPrecision(3)} s`;
  return `${ms >= 99.95 ? Math.round(ms) : ms.toPrecision(ms < 0.1 ? 1 : ms < 9.995 ? 2 : 3)} ms`;
}

/** The time of day of a moment, local, with ms: `14:03:07.250`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** A rate: `0.2/s`, `12/s`. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 9.95 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`;
}

/** A share in percent: `0 %`, `0.3 %`, `12 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}
