/** What a file in a service's log folder is. */
export type RunFile =
  | { kind: 'segment'; run: number; segment: number }
  | { kind: 'index'; run: number; segment: number }
  | { kind: 'part'; run: number; stream: string }
  | { kind: 'long'; run: number; line: number };

const PATTERN = /^(\d{8,})(?:-(\d{4,})\.(log|idx)|\.(stdout|stderr|tty|build|micro|otlp)\.part|-(\d+)\.long)$/;

function runName(run: number): string {
  return String(run).padStart(8, '0');
}

/** Name of a segment file: records of one run, in the order of their ends. */
export function segmentName(run: number, segment: number): string {
  return `${runName(run)}-${String(segment).padStart(4, '0')}.log`;
}

/** Name of the sparse index of a finished segment. It can always be made anew from the segment. */
export function indexName(run: number, segment: number): string {
  return `${runName(run)}-${String(segment).padStart(4, '0')}.idx`;
}

/** Name of the file that holds the unfinished line of a stream, so that a crash does not take it. */
export function partName(run: number, stream: string): string {
  return `${runName(run)}.${stream}.part`;
}

/** Name of the file that holds one whole line which is cut in the segment. */
export function longName(run: number, line: number): string {
  return `${runName(run)}-${line}.long`;
}

/** What a name stands for; undefined when it is none of ours. */
export function parseRunFile(name: string): RunFile | undefined {
  const found = PATTERN.exec(name);
  if (!found) return undefined;
  const run = Number(found[1]);
  if (found[4] !== undefined) return { kind: 'part', run, stream: found[4] };
  if (found[5] !== undefined) return { kind: 'long', run, line: Number(found[5]) };
  return { kind: found[3] === 'log' ? 'segment' : 'index', run, segment: Number(found[2]) };
}

/** Name of the journal of a service's runs. */
export const JOURNAL_NAME = 'runs.jsonl';
