/** Calls a second, e.g. `24/s`, `0.8/s`; few ones as calls a minute, `3/min`. */
export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return '0/s';
  if (perSecond < 0.1) return `${Math.max(1, Math.round(perSecond * 60))}/min`;
  if (perSecond < 9.95) return `${Number(perSecond.toFixed(1))}/s`;
  if (perSecond < 9_950) return `${Math.round(perSecond)}/s`;
  return `${Math.round(perSecond / 1000)}k/s`;
}

/** How long a call took, e.g. `0.4 ms`, `8 ms`, `1.2 s`, `2 min`. */
export function formatLatency(ms: number): string {
  if (ms <= 0) return '0 ms';
  if (ms < 0.95) return `${Math.max(0.1, Number(ms.toFixed(1)))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Number((ms / 1000).toFixed(ms < 9_950 ? 1 : 0))} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** A share from 0 to 1 in percent, e.g. `0 %`, `0.4 %`, `12 %`; neither some nor almost all is rounded to none or all. */
export function formatShare(share: number): string {
  if (share <= 0) return '0 %';
  const percent = share * 100;
  if (percent < 0.95) return `${Math.max(0.1, Number(percent.toFixed(1)))} %`;
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : 100} %`;
}

/** A count with its noun, e.g. `1 call`, `2,104 calls`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
