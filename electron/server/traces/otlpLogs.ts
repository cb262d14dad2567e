import type { LogEntry, ResourceLogs } from '../../../shared/contract/gen/otlp_pb.ts';
import { hexOf, millis, plainAttributes, reporterOf, textOf } from './otlpValues.ts';

/** One log record as a line of JSON, in the shape that log views know. */
export interface ReportedLine {
  service: string;
  line: string;
}

/** Words of the severities, four numbers each (1-4 trace … 21-24 fatal). */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** The log records of a report as lines. */
export function linesOf(resources: readonly ResourceLogs[], sender?: string): ReportedLine[] {
  return resources.flatMap(({ resource, scopeLogs }) => {
    const { service } = reporterOf(resource, sender);
    return scopeLogs.flatMap(({ logRecords }) => logRecords.map((entry) => ({ service, line: lineOf(entry) })));
  });
}

function lineOf(entry: LogEntry): string {
  const at = entry.timeUnixNano || entry.observedTimeUnixNano;
  const traceId = hexOf(entry.traceId);
  const spanId = hexOf(entry.spanId);
  return JSON.stringify({
    ...(at > 0n ? { time: new Date(millis(at)).toISOString() } : {}),
    level: LEVELS[Math.ceil(entry.severityNumber / 4) - 1] ?? (entry.severityText.toLowerCase() || 'info'),
    message: textOf(entry.body),
    ...(traceId ? { trace_id: traceId } : {}),
    ...(spanId ? { span_id: spanId } : {}),
    ...plainAttributes(entry.attributes),
  });
}
