import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { type LogRow, type LogRunFacts, type LogViewRange, ROW_TEXT_CHARS } from '../../../shared/contract/logView.ts';
import { stripAnsi } from '../../../shared/lib/ansiText.ts';
import { runKey } from './liveLogs.ts';
import { type FrameWalker, STREAMS } from './logFrame.ts';
import type { RangeCursor } from './rangeCursor.ts';
import type { RunSource } from './runSource.ts';

/** Makes what a client gets of the rows that cursors stand at. */
export class RowMaker {
  /** What is known of the runs, by {@link runKey}. */
  readonly facts = new Map<string, LogRunFacts>();

  /** `pattern`: marks what the view looks for; it has the flag `g`. */
  constructor(private readonly pattern: RegExp | undefined) {}

  /** Undefined when retention took the record. */
  row(row: number, { kind, range, walker }: RangeCursor): LogRow | undefined {
    if (kind === 'gone') return undefined;
    const { source } = range;
    const { service, run } = source;
    if (kind === 'divider') {
      const divider = this.facts.get(runKey(service, run)) ?? {
        cause: '',
        instance: '',
        startedAt: source.firstUs / 1000,
      };
      return { row, timeUs: divider.startedAt * 1000, service, run, divider };
    }
    const whole = walker.text(ROW_TEXT_CHARS * 4);
    const text = whole.length > ROW_TEXT_CHARS ? whole.slice(0, ROW_TEXT_CHARS) : whole;
    const bytes = walker.trueBytes() || walker.textEnd - walker.textStart;
    const isCut = walker.trueBytes() > 0 || whole.length > ROW_TEXT_CHARS || bytes > ROW_TEXT_CHARS * 4;
    return {
      row,
      timeUs: walker.timeUs,
      service,
      run,
      line: walker.line,
      stream: STREAMS[walker.stream] ?? 'stdout',
      level: LOG_LEVELS[walker.level] ?? '',
      text,
      ...(isCut ? { trueBytes: bytes } : {}),
      ...(this.pattern ? { matches: matchesOf(this.pattern, stripAnsi(text)) } : {}),
    };
  }
}

function matchesOf(pattern: RegExp, text: string): [number, number][] {
  const out: [number, number][] = [];
  for (const found of text.matchAll(pattern)) {
    if (found[0].length > 0) out.push([found.index, found.index + found[0].length]);
  }
  return out;
}

/** A record as one line of a copy or an export. */
export function exportLine(format: LogViewRange['format'], source: RunSource, walker: FrameWalker): string {
  const text = walker.text();
  if (format === 'ansi') return `${text}\n`;
  if (format === 'text') return `${stripAnsi(text)}\n`;
  const time = new Date(walker.timeUs / 1000).toISOString();
  const level = LOG_LEVELS[walker.level] ?? '';
  if (format === 'full') return `${time} ${source.service} ${level || '-'} ${stripAnsi(text)}\n`;
  const { service, run } = source;
  return `${JSON.stringify({ time, service, run, stream: STREAMS[walker.stream], line: walker.line, level, text })}\n`;
}
