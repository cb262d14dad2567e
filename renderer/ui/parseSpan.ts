const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const part = /(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)/gy;

/** A span of time as people write it, e.g. `30s`, `5m`, `2 h 30 min`, `7d`, in ms; undefined when it is none. */
export function parseSpan(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  let ms = 0;
  let at = 0;
  part.lastIndex = 0;
  for (let match = part.exec(trimmed); match; match = part.exec(trimmed)) {
    ms += Number(match[1]) * (unitMs[match[2] ?? ''] ?? 0);
    at = part.lastIndex;
    while (trimmed[at] === ' ') at += 1;
    part.lastIndex = at;
  }
  return at === trimmed.length && ms >= 1 ? ms : undefined;
}
