import type { Statement } from '../../host/postgresStatement.ts';
import type { StoreChange } from '../store.ts';

const TYPES: Readonly<Record<string, StoreChange['type']>> = { w: 'written', d: 'deleted', e: 'expired' };

/** The changes of a notification: a line for each of type, number, database, table and the key's bytes. */
export function* changesOf(payload: string): Iterable<StoreChange> {
  for (const line of payload.split('\n')) {
    const [letter = '', revision = '', database = '', table = '', key = ''] = line.split(' ');
    const type = TYPES[letter];
    if (type)
      yield { type, revision: Number(revision), database, table, key: Buffer.from(key, 'hex').toString('utf8') };
  }
}

/**
 * What changed behind a number, each record once as it is now. Removals are known for an hour; the records are looked at one
 * by one, as this happens only after a connection was lost.
 */
export async function missedChanges(
  schema: string,
  revision: number,
  query: (statement: Statement) => Promise<unknown[]>,
): Promise<StoreChange[]> {
  const rows = await query({
    text: `SELECT type, revision::float8, database, tbl, key FROM (
        SELECT 'w' AS type, revision, database, tbl, key FROM ${schema}.records WHERE revision > $1
        UNION ALL SELECT type, revision, database, tbl, key FROM ${schema}.removed WHERE revision > $1
      ) AS missed ORDER BY revision`,
    values: [revision],
  });
  return (rows as { type: string; revision: number; database: string; tbl: string; key: Buffer }[]).map((row) => ({
    type: TYPES[row.type] ?? 'written',
    revision: row.revision,
    database: row.database,
    table: row.tbl,
    key: row.key.toString('utf8'),
  }));
}
