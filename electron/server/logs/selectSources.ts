import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import type { LiveLogs } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import type { RunSource } from './runSource.ts';

/** The runs that a query asks for. `fromRun`: the first run of each service that counts, for queries of the last run. */
export async function selectSources(
  catalog: LogCatalog,
  live: LiveLogs,
  query: Pick<LogQuery, 'services' | 'run'>,
  firstRuns?: Map<string, number>,
): Promise<RunSource[]> {
  const services = query.services.length > 0 ? [...new Set(query.services)] : await catalog.everyService();
  const selected: RunSource[] = [];
  for (const service of services) {
    let first = firstRuns?.get(service);
    if (query.run === -1 && first === undefined) {
      first = await live.lastRun(service);
      firstRuns?.set(service, first);
    }
    for (const source of await catalog.sources(service)) {
      if (query.run > 0 ? source.run === query.run : source.run >= (first ?? 0)) selected.push(source);
    }
  }
  return selected;
}
