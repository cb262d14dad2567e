/** A line as {@link referenceLines} cuts it. */
export interface ReferenceLine {
  bytes: number[];
  trueBytes: number;
  ended: boolean;
}

/** The lines that a stream of bytes has, found in the slow and obvious way over the whole stream at once. */
export function referenceLines(stream: readonly number[], maxLineBytes: number): ReferenceLine[] {
  const lines: number[][] = [[]];
  for (const byte of stream) {
    if (byte === 10) lines.push([]);
    else (lines.at(-1) as number[]).push(byte);
  }
  const out: ReferenceLine[] = [];
  lines.forEach((line, i) => {
    const ended = i < lines.length - 1;
    let end = line.length;
    while (end > 0 && line[end - 1] === 13) end--;
    const folded = line.slice(line.lastIndexOf(13, end - 1) + 1, end);
    if (end === 0) folded.length = 0;
    if (!ended && folded.length === 0) return;
    out.push({ bytes: folded.slice(0, maxLineBytes), trueBytes: folded.length, ended });
  });
  return out;
}
