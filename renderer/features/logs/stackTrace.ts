/** What folding needs to know of a row: rows of one run and stream follow each other, `text` without escape codes. */
export interface TraceLine {
  readonly service: string;
  readonly run: number;
  readonly stream: string;
  readonly text: string;
}

/**
 * Lines that are a frame of a stack trace by their shape alone: JavaScript, Java, C# (`at …`), Python (`File "…", line`),
 * Go (tab, file and line), Ruby (`from …:in`), Rust and PHP (numbered frames), and Java's `... 12 more`.
 */
const frame =
  /^(?:\s+at\s+\S|\s+File ".*", line \d+|\t\S+\.go:\d+|\s+from \S+:\d+:in |\s+\.{3} \d+ (?:more|common frames)|\s*#\d+ \S+|\s+\d+:\s+\S)/u;

/** Lines that go on with a trace when the line before is part of one. */
const continuation = /^(?:\s+\S|Caused by: |Suppressed: |[\w./*()[\]-]+\(.*\)$|created by \S+|Traceback \()/u;

/** Lines that begin a trace without being a frame: the frames follow. */
const opening = /^(?:Traceback \(most recent call last\):|goroutine \d+ \[)/u;

/** Whether `line` belongs to the stack trace that `previous` is the head or a part of. */
export function continuesTrace(line: TraceLine, previous: TraceLine | undefined, previousIsPart: boolean): boolean {
  if (previous?.service !== line.service || previous.run !== line.run || previous.stream !== line.stream) return false;
  if (frame.test(line.text)) return true;
  if (previousIsPart) return continuation.test(line.text);
  return opening.test(previous.text) && continuation.test(line.text);
}

/** A folded stack trace: the head stays visible, `count` rows after it are folded under it. */
export interface TraceFold {
  readonly head: number;
  readonly count: number;
}

/** Fewer folded rows than this are shown as they are: a fold of one row saves nothing and costs a click. */
const minFoldedRows = 2;

/**
 * Finds the stack traces among rows `from` to `from + lines.length`. A hole (`undefined`: not loaded, or a run divider)
 * ends a trace.
 */
export function findTraces(lines: readonly (TraceLine | undefined)[], from: number): TraceFold[] {
  const folds: TraceFold[] = [];
  let head = -1;
  let parts = 0;
  const close = (): void => {
    if (head >= 0 && parts >= minFoldedRows) folds.push({ head: from + head, count: parts });
    parts = 0;
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (line && index > 0 && continuesTrace(line, lines[index - 1], parts > 0)) {
      if (parts === 0) head = index - 1;
      parts += 1;
    } else close();
  }
  close();
  return folds;
}
