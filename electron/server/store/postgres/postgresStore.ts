import type { Clock } from '../../base/clock.ts';
import type { EngineState } from '../../host/engineState.ts';
import type { PostgresLink } from '../../host/postgresLink.ts';
import type { Statement } from '../../host/postgresStatement.ts';
import { BaseStore } from '../baseStore.ts';
import { conflict } from '../conditions.ts';
import { checkListing, checkName, checkOperations, checkTable, keyBytes } from '../limits.ts';
import type {
  ListOptions,
  Operation,
  RecordInfo,
  Store,
  StoreChange,
  StoredRecord,
  TableName,
  TableStats,
} from '../store.ts';
import { StoreClock } from '../storeClock.ts';
import { changesOf, missedChanges } from './changeNotes.ts';
import { listStatement, PAGE_ROWS } from './listStatement.ts';
import { PostgresExpiry } from './postgresExpiry.ts';
import { WriteBatches } from './writeBatches.ts';

/** A row without its value, as the columns are. */
interface Facts {
  /** As text: it is a bigint. */
  revision: string;
  bytes: number;
  ends: number | null;
  metadata: string;
}

/** What {@link PostgresStore} works with. */
export interface PostgresStoreOptions {
  schema: string;
  clock: Clock;
  /** ms since 1970, the latest time that any server has seen. */
  reachedMs: number;
  /** The newest number that was given when the store was opened. */
  revision: number;
  state(): EngineState;
}

/**
 * A {@link Store} in tables of a Postgres that several servers may share. The rules of writing are a function there, see
 * {@link ./schema.ts}; reading is plain SQL. Changes of all servers are told in the order of the commits.
 */
export class PostgresStore extends BaseStore implements Store {
  private readonly batches: WriteBatches;
  private readonly expiry: PostgresExpiry;
  /** The statement that reads a record; made once, as it is asked most. */
  private readonly reading: { name: string; text: string };
  private link!: PostgresLink;
  private seen: number;

  constructor(private readonly options: PostgresStoreOptions) {
    super(new StoreClock(options.clock, options.reachedMs));
    this.seen = options.revision;
    const s = options.schema;
    this.reading = {
      name: `read ${s}`,
      text: `SELECT revision, ends, metadata, value FROM ${s}.records WHERE database = $1 AND tbl = $2 AND key = $3`,
    };
    this.batches = new WriteBatches({
      schema: options.schema,
      nowMs: () => this.time.now(),
      seen: () => this.seen,
      write: (statement) => this.link.write<{ outcome: number | number[] | null }>(statement),
      unknown: () => this.link.unknown(),
      overloaded: (calls, bytes) => this.link.overloaded(calls, bytes),
    });
    this.expiry = new PostgresExpiry({
      schema: options.schema,
      clock: options.clock,
      nowMs: () => this.time.now(),
      read: (statement) => this.link.read(statement),
      write: (statement) => this.link.write(statement),
    });
  }

  /** How the database is, as far as was seen. */
  get state(): EngineState {
    return this.options.state();
  }

  /** Takes the connections, which are the store's from now on, and listens. */
  async start(link: PostgresLink): Promise<void> {
    this.link = link;
    await link.listen();
    await this.expiry.start();
  }

  /** What the writing connection heard. */
  handleNotification(payload: string): void {
    for (const change of changesOf(payload)) this.tell(change);
  }

  /** Tells what others did while nothing could be heard. */
  async handleListening(query: (statement: Statement) => Promise<unknown[]>): Promise<void> {
    for (const change of await missedChanges(this.options.schema, this.seen, query)) this.tell(change);
  }

  async read(from: TableName, key: string): Promise<StoredRecord | undefined> {
    checkTable(from);
    const bytes = keyBytes(key);
    this.checkOpen();
    const { name, text } = this.reading;
    const values = [from.database, from.table, bytes];
    const [row] = await this.link.read<Omit<Facts, 'bytes'> & { value: Buffer }>({ name, text, values });
    if (!row || (row.ends !== null && row.ends <= this.time.now())) return undefined;
    const { revision, ends, metadata, value } = row;
    return {
      key,
      revision: Number(revision),
      bytes: value.length,
      expiresAtMs: ends ?? undefined,
      metadata: metadataOf(metadata),
      value,
    };
  }

  async apply(operations: readonly Operation[]): Promise<number[]> {
    checkOperations(operations);
    this.checkOpen();
    if (operations.length === 0) return [];
    const outcome = await this.batches.add(operations);
    for (const [index, number] of outcome.entries()) {
      if (number < 0) throw conflict(operations[index] as Operation, -1 - number);
      if (number === 0) outcome[index] = this.seen;
    }
    this.expiry.expect(operations);
    return outcome;
  }

  async list(options: ListOptions): Promise<RecordInfo[]> {
    checkListing(options);
    this.checkOpen();
    const found: RecordInfo[] = [];
    let { after, offset = 0 } = options;
    const limit = options.limit || Number.POSITIVE_INFINITY;
    for (;;) {
      const most = Math.min(PAGE_ROWS, limit - found.length);
      const page = { ...options, after, offset, limit: most };
      const rows = await this.link.read<Facts & { key: Buffer }>(
        listStatement(this.options.schema, page, this.time.now()),
      );
      for (const row of rows) found.push(infoOf(row.key.toString('utf8'), row));
      if (rows.length < most || found.length >= limit) return found;
      this.checkOpen();
      after = found.at(-1)?.key;
      offset = 0;
    }
  }

  async stats(database?: string): Promise<TableStats[]> {
    if (database !== undefined) checkName('database', database);
    this.checkOpen();
    return this.link.read<Row<TableStats>>({
      text: `SELECT database, tbl AS "table", count(*)::float8 AS records,
          sum(bytes + length(key) + length(database) + length(tbl) + 2)::float8 AS bytes
        FROM ${this.options.schema}.records
        WHERE (ends IS NULL OR ends > $1) AND ($2::text IS NULL OR database = $2)
        GROUP BY database, tbl ORDER BY database, tbl`,
      values: [this.time.now(), database ?? null],
    });
  }

  protected async end(): Promise<void> {
    await this.expiry.stop();
    await this.batches.idle();
    this.changes.dispose();
    await this.link.close();
  }

  private tell(change: StoreChange): void {
    if (change.revision <= this.seen) return;
    this.seen = change.revision;
    this.changes.fire(change);
  }
}

/** A type as a row of an answer, which may have any column. */
type Row<T> = { [Name in keyof T]: T[Name] };

function infoOf(key: string, { revision, bytes, ends, metadata }: Facts): RecordInfo {
  return {
    key,
    revision: Number(revision),
    bytes,
    expiresAtMs: ends ?? undefined,
    metadata: metadataOf(metadata),
  };
}

function metadataOf(text: string): RecordInfo['metadata'] {
  return text === '' ? {} : (JSON.parse(text) as RecordInfo['metadata']);
}
