import { create } from '@bufbuild/protobuf';
import { type LogQuery, type LogRecord, LogRecordSchema } from '../../../shared/contract/gen/logs_pb.ts';
import type { LivePartial } from './liveLogs.ts';
import { partialText } from './partialText.ts';
import type { RecordFilter } from './recordFilter.ts';

/** The lines that have not ended, as records, for one read of the log. */
export class UnfinishedRecords {
  /** What was told last. */
  private known = new Set<string>();

  constructor(
    private readonly query: LogQuery,
    private readonly filter: RecordFilter,
  ) {}

  /** Those that the query asks for; none when it ends at a time. */
  of(partials: readonly LivePartial[]): LogRecord[] {
    const { query } = this;
    if (query.untilUs > 0) return [];
    const records: LogRecord[] = [];
    for (const { service, run, partial } of partials) {
      if (query.run > 0 && run !== query.run) continue;
      const text = partialText(partial.bytes);
      if (!this.filter.fitsPartial(partial.stream, text)) continue;
      const { timeUs, stream, line } = partial;
      records.push(create(LogRecordSchema, { timeUs, service, run, stream, line, text, partial: true }));
    }
    return records;
  }

  /** Those that are not as they were when this was asked last. */
  changed(partials: readonly LivePartial[]): LogRecord[] {
    const records = this.of(partials);
    const before = this.known;
    this.known = new Set(records.map(keyOf));
    return records.filter((record) => !before.has(keyOf(record)));
  }
}

function keyOf(record: LogRecord): string {
  return `${record.service}:${record.run}:${record.line}:${record.text}`;
}
