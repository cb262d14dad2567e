import { useQuery } from '@tanstack/react-query';
import type { TableStats } from '../../../shared/contract/gen/records_pb.ts';
import { groupBy } from '../../../shared/lib/groupBy.ts';
import { api } from '../../client/api.ts';

/** ms between two looks at the sizes of all tables. */
const lookAgainMs = 2_000;

/** The tables of a database with their sizes. */
export interface DatabaseTables {
  readonly database: string;
  readonly records: number;
  readonly bytes: number;
  readonly tables: readonly TableStats[];
}

/** Puts tables under their databases, in order. Exported for tests. */
export function byDatabase(tables: readonly TableStats[]): DatabaseTables[] {
  return [...groupBy(tables, ({ database }) => database)].map(([database, own]) => ({
    database,
    records: own.reduce((sum, { records }) => sum + records, 0),
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
    tables: own,
  }));
}

/** All tables of the store, looked at again and again while somebody sees them. */
export function useTables() {
  return useQuery({
    queryKey: ['store-tables'],
    queryFn: async ({ signal }) => byDatabase((await api().records.stats({}, { signal })).tables),
    refetchInterval: lookAgainMs,
  });
}
