import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { countRecords } from './countRecords.ts';
import type { LiveLogs } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import { LogReading } from './logReading.ts';
import type { ReadBatch, ReadOptions } from './logStore.ts';
import { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';
import { selectSources } from './selectSources.ts';

/** Answers queries from the files, and follows them. */
export class LogReader {
  constructor(
    private readonly catalog: LogCatalog,
    private readonly live: LiveLogs,
  ) {}

  async *read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch> {
    const reading = new LogReading(this.catalog, this.live, options, signal);
    try {
      yield* reading.batches();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      reading.dispose();
    }
  }

  async count(query: LogQuery, signal: AbortSignal): Promise<number> {
    await this.live.flushed(query.services);
    const filter = new RecordFilter(query);
    let count = 0;
    for (const source of await selectSources(this.catalog, this.live, query)) {
      if (filter.levelsOnly && query.sinceUs === 0 && query.untilUs === 0) count += countByIndex(source, filter);
      else count += await countByScan(source, filter, query, signal);
    }
    return count;
  }
}

function countByIndex(source: RunSource, filter: RecordFilter): number {
  let count = 0;
  for (const { index } of source.segments) {
    for (let level = 0; level < LOG_LEVELS.length; level++) {
      if (!filter.fitsLevel(level)) continue;
      for (let block = 0; block < index.blocks; block++) count += index.levelCount(block, level);
    }
  }
  return count;
}

async function countByScan(
  source: RunSource,
  filter: RecordFilter,
  query: LogQuery,
  signal: AbortSignal,
): Promise<number> {
  const from = query.sinceUs > 0 ? await source.recordAt(query.sinceUs) : source.first;
  const end = query.untilUs > 0 ? await source.recordAt(query.untilUs) : source.end;
  if (filter.isEmpty) return Math.max(0, end - from);
  return countRecords(source, { from, end }, filter, signal);
}
