import type { LogPartial, LogRow as WireRow, LogRunFacts } from '../../../shared/contract/logView.ts';
import type { LogLine, LogRow, RunDivider } from './logRow.ts';
import { runText } from './runText.ts';

/** The divider of a run. */
export function dividerOf(service: string, run: number, timeUs: number, facts: LogRunFacts): RunDivider {
  return { kind: 'divider', timeUs, service, run, text: runText(facts), failed: facts.failed === true };
}

/** A row as the view draws it. */
export function rowOfWire(wire: WireRow): LogRow {
  if ('divider' in wire) return dividerOf(wire.service, wire.run, wire.timeUs, wire.divider);
  return {
    kind: 'line',
    timeUs: wire.timeUs,
    service: wire.service,
    run: wire.run,
    stream: wire.stream,
    line: wire.line,
    level: wire.level,
    text: wire.text,
    trueBytes: wire.trueBytes ?? 0,
    partial: false,
    ...(wire.matches === undefined ? {} : { matches: wire.matches.map(([start, end]) => ({ start, end })) }),
  };
}

/** A line that is not ended yet. */
export function rowOfPartial(partial: LogPartial): LogLine {
  const { timeUs, service, run, line, stream, text } = partial;
  return { kind: 'line', timeUs, service, run, line, stream, text, level: '', trueBytes: 0, partial: true };
}

/** Stands for a row whose record the limits of the log have taken away since the view was opened. */
export const goneRow: LogRow = { kind: 'gone', timeUs: 0, text: '' };
