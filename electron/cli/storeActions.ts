import type { Record as StoreRecord } from '../../shared/contract/gen/store_pb.ts';
import type { CliContext } from './context.ts';
import { inputBytes } from './inputBytes.ts';
import { formatDuration } from './duration.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { type Column, renderTable } from './table.ts';
import { usageError } from './usageError.ts';
import type { VerbAction } from './verbActions.ts';

/** Options of `micro store`, as commander names them. */
export interface StoreOptions {
  database: string;
  table: string;
  prefix: boolean | string;
  suffix: boolean | string;
  limit: number;
  offset: number;
  order: string;
  verbose: boolean;
  expiryMs: number | undefined;
  file: string | undefined;
  force: boolean;
  /** Of a blob, e.g. `image/png`. */
  type: string | undefined;
  when: { case: 'absent'; value: true } | { case: 'revision'; value: number } | { case: undefined };
}

/** One word after `micro store`. */
export type StoreAction = VerbAction<StoreOptions>;

const PLACE = ['database', 'table'];
const RANGE = ['prefix', 'suffix', 'limit', 'offset', 'order'];

/** Prints a record's value, or the records of a prefix or suffix. */
export const readAction: StoreAction = {
  takes: ['KEY'],
  options: [...PLACE, ...RANGE, 'verbose'],
  async run(context, [key = ''], options) {
    const { client } = await context.connect();
    const { database, table, prefix, suffix, limit, offset, order } = options;
    const { records } = await client.store.read(
      {
        key,
        options: {
          database,
          table,
          prefix: prefix !== false,
          suffix: suffix !== false,
          limit: BigInt(limit),
          offset: BigInt(offset),
          order,
        },
      },
      { signal: context.signal },
    );
    if (context.json) for (const record of records) context.out.json(toJson(record, options));
    else if (options.verbose) printTable(context, records, options);
    else
      for (const { value } of records) {
        context.out.write(value);
        // Bytes go into a file as they are; on a terminal, or one after another, they need an end.
        if (context.out.isTerminal || records.length > 1) context.out.line();
        await context.out.drained();
      }
    return exitCode.fine;
  },
};

/** Stores a value, under a condition if one is given. */
export const writeAction: StoreAction = {
  takes: ['KEY', 'VALUE?'],
  options: [...PLACE, 'expiry', 'file', 'ifAbsent', 'ifRevision'],
  async run(context, [key = '', text], options) {
    const { client } = await context.connect();
    const value = text === undefined || text === '-' ? await inputBytes(context, options.file) : Buffer.from(text);
    const { database, table, expiryMs = 0, when } = options;
    const { revisions } = await client.records.apply(
      {
        place: { database, table },
        operations: [{ key, act: { case: 'put', value: { value, ttlMs: expiryMs, metadata: {} } }, condition: when }],
      },
      { signal: context.signal },
    );
    if (context.json) context.out.json({ key, revision: revisions[0] ?? 0, bytes: value.length });
    else context.say(`${key} written, ${value.length} bytes`);
    return exitCode.fine;
  },
};

/** Takes a record out. */
export const deleteAction: StoreAction = {
  takes: ['KEY'],
  options: [...PLACE, 'ifRevision'],
  async run(context, [key = ''], { database, table, when }) {
    const { client } = await context.connect();
    await client.records.apply(
      { place: { database, table }, operations: [{ key, act: { case: 'remove', value: {} }, condition: when }] },
      { signal: context.signal },
    );
    if (context.json) context.out.json({ key, deleted: true });
    else context.say(`${key} is deleted`);
    return exitCode.fine;
  },
};

/** Prints keys, one a line. */
export const listAction: StoreAction = {
  takes: [],
  options: [...PLACE, ...RANGE],
  async run(context, _args, options) {
    const { client } = await context.connect();
    const { database, table, limit, offset, order } = options;
    const listing = client.store.list(
      {
        options: {
          database,
          table,
          prefix: textOf('prefix', options.prefix),
          suffix: textOf('suffix', options.suffix),
          limit: BigInt(limit),
          offset: BigInt(offset),
          order,
        },
      },
      { signal: context.signal },
    );
    let count = 0;
    for await (const { keys } of listing) {
      count += keys.length;
      // A key may have a line end in it; then only its JSON form is one line.
      for (const key of keys)
        if (context.json) context.out.json({ key });
        else context.out.line(key);
      await context.out.drained();
    }
    if (count === 0) context.say(`no keys in ${database}/${table}`);
    return exitCode.fine;
  },
};

/** Prints the names of databases, one a line. */
export const databasesAction: StoreAction = {
  takes: [],
  options: [],
  async run(context) {
    const { client } = await context.connect();
    const { databases } = await client.store.databases({}, { signal: context.signal });
    return printNames(context, 'databases', databases);
  },
};

/** Prints the names of the tables of a database, one a line. */
export const tablesAction: StoreAction = {
  takes: [],
  options: ['database'],
  async run(context, _args, { database }) {
    const { client } = await context.connect();
    const { tables } = await client.store.tables({ database }, { signal: context.signal });
    return printNames(context, 'tables', tables);
  },
};

/** Prints how much is in the tables. */
export const statsAction: StoreAction = {
  takes: ['DATABASE?'],
  options: [],
  async run(context, [database = '']) {
    const { client } = await context.connect();
    const { tables } = await client.records.stats({ database }, { signal: context.signal });
    if (context.json) {
      context.out.json({
        tables: tables.map(({ database: name, table, records, bytes }) => ({ database: name, table, records, bytes })),
      });
      return exitCode.fine;
    }
    if (tables.length === 0) context.say('the store is empty');
    const columns: Column<(typeof tables)[number]>[] = [
      { title: 'DATABASE', text: (each) => each.database },
      { title: 'TABLE', text: (each) => each.table },
      { title: 'RECORDS', text: (each) => String(each.records), align: 'right' },
      { title: 'BYTES', text: (each) => String(each.bytes), align: 'right' },
    ];
    if (tables.length > 0)
      for (const line of renderTable(columns, tables, context.out.colours.dim)) context.out.line(line);
    return exitCode.fine;
  },
};

function printNames(context: CliContext, what: string, names: readonly string[]): ExitCode {
  if (context.json) context.out.json({ [what]: names });
  else if (names.length === 0) context.say(`no ${what}`);
  else for (const name of names) context.out.line(name);
  return exitCode.fine;
}

function printTable(context: CliContext, records: readonly StoreRecord[], { table }: StoreOptions): void {
  const columns: Column<StoreRecord>[] = [
    { title: 'TABLE', text: () => table },
    { title: 'KEY', text: ({ key }) => key },
    { title: 'VALUE', text: ({ value }) => shown(value) },
    { title: 'EXPIRY', text: ({ expiry }) => (expiry === 0n ? 'never' : formatDuration(Number(expiry) * 1000)) },
  ];
  for (const line of renderTable(columns, records, context.out.colours.dim)) context.out.line(line);
}

function toJson({ key, value, expiry, metadata }: StoreRecord, { database, table }: StoreOptions): unknown {
  const text = asText(value);
  return {
    database,
    table,
    key,
    // Bytes that are no text would be changed by JSON.
    ...(text === undefined ? { base64: Buffer.from(value).toString('base64') } : { value: text }),
    bytes: value.length,
    expirySeconds: expiry === 0n ? null : Number(expiry),
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, field]) => [name, field.value])),
  };
}

/** Characters of a value in a table; the whole is there without --verbose. */
const SHOWN_CHARACTERS = 60;

function shown(value: Uint8Array): string {
  const text = asText(value);
  if (text === undefined) return `${value.length} bytes`;
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}

function asText(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}

function textOf(name: string, value: boolean | string): string {
  if (typeof value === 'string') return value;
  if (!value) return '';
  throw usageError(`--${name} needs a text here`, `e.g. micro store list --${name}=orders/`);
}
