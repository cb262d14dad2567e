import type { Statement } from '../../host/postgresStatement.ts';
import { after as behind } from '../composite.ts';
import type { ListOptions } from '../store.ts';

/** Rows of one answer; a long listing comes in several, so that neither side holds all of it twice. */
export const PAGE_ROWS = 5_000;

/** The statement of one page of a listing; `limit` is its size. */
export function listStatement(schema: string, options: ListOptions, nowMs: number): Statement {
  const { database, table, prefix = '', suffix = '', after, reverse = false, limit = 0, offset = 0 } = options;
  const values: unknown[] = [database, table, nowMs];
  const value = (of: unknown): string => `$${values.push(of)}`;
  const conditions = ['database = $1', 'tbl = $2', '(ends IS NULL OR ends > $3)'];
  if (prefix !== '') {
    const from = Buffer.from(prefix, 'utf8');
    conditions.push(`key >= ${value(from)}`, `key < ${value(behind(from))}`);
  }
  if (after !== undefined) conditions.push(`key ${reverse ? '<' : '>'} ${value(Buffer.from(after, 'utf8'))}`);
  if (suffix !== '') {
    const end = Buffer.from(suffix, 'utf8');
    const length = value(end.length);
    conditions.push(
      `length(key) >= ${length}::int`,
      `substring(key FROM length(key) - ${length}::int + 1) = ${value(end)}`,
    );
  }
  return {
    text: `SELECT key, revision, bytes, ends, metadata FROM ${schema}.records WHERE ${conditions.join(' AND ')}
      ORDER BY database, tbl, key ${reverse ? 'DESC' : 'ASC'} LIMIT ${limit} OFFSET ${offset}`.replace(
      'database, tbl, key DESC',
      'database DESC, tbl DESC, key DESC',
    ),
    values,
  };
}
