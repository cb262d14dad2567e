import type { EngineReader, EngineWriter } from './engine.ts';
import { tablesRange, tableStart } from './composite.ts';
import type { TableName, TableStats } from './store.ts';

const ROW_BYTES = 16;

/** Adds to the size of a table; one that has no record left is gone from the list of tables. */
export function addToTable(writer: EngineWriter, name: TableName, records: number, bytes: number): void {
  const key = tableStart(name.database, name.table);
  const before = sizeOf(writer.get('tables', key));
  const after = { records: before.records + records, bytes: before.bytes + bytes };
  if (after.records <= 0) {
    writer.remove('tables', key);
    return;
  }
  const row = Buffer.alloc(ROW_BYTES);
  row.writeDoubleBE(after.records, 0);
  row.writeDoubleBE(after.bytes, 8);
  writer.put('tables', key, row);
}

/** Sizes of the tables of a database, or of all, by name. */
export function tableSizes(reader: EngineReader, database: string | undefined): TableStats[] {
  const found: TableStats[] = [];
  for (const { key, value } of reader.range('tables', tablesRange(database))) {
    const [databaseName = '', table = ''] = key.toString('latin1').split('\0');
    found.push({ database: databaseName, table, ...sizeOf(value) });
  }
  return found;
}

/** Names of the databases of tables, each once, in the order of the tables. */
export function databaseNames(tables: readonly TableName[]): string[] {
  return [...new Set(tables.map(({ database }) => database))];
}

/** Names of tables, in their order. */
export function tableNames(tables: readonly TableName[]): string[] {
  return tables.map(({ table }) => table);
}

function sizeOf(row: Buffer | undefined): { records: number; bytes: number } {
  return row ? { records: row.readDoubleBE(0), bytes: row.readDoubleBE(8) } : { records: 0, bytes: 0 };
}
