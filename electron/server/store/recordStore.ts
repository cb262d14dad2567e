import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { BaseStore } from './baseStore.ts';
import { compositeKey } from './composite.ts';
import { conflict } from './conditions.ts';
import type { Engine, EngineReader, EngineWriter } from './engine.ts';
import { Expiry } from './expiry.ts';
import { checkListing, checkName, checkOperations, checkTable, keyBytes } from './limits.ts';
import { listRecords } from './listing.ts';
import { decodeRecord, encodeRecord, INLINE_BYTES, type RecordRow } from './recordCodec.ts';
import type {
  ListOptions,
  Operation,
  RecordInfo,
  Store,
  StoreChange,
  StoredRecord,
  TableName,
  TableStats,
} from './store.ts';
import { StoreClock } from './storeClock.ts';
import { addToTable, tableSizes } from './tableSizes.ts';

const REVISION = Buffer.from('revision');

/** The rules of a {@link Store} over any {@link Engine}: conditions, lives, sizes, changes. */
export class RecordStore extends BaseStore implements Store {
  private readonly expiry: Expiry;
  private revision: number;

  /** The engine is the store's from now on: it is closed with it. */
  constructor(
    private readonly engine: Engine,
    clock: Clock,
  ) {
    const reachedMs = engine.read((reader) => Expiry.reachedMs(reader));
    super(new StoreClock(clock, reachedMs));
    this.revision = engine.read((reader) => reader.get('meta', REVISION)?.readDoubleBE(0) ?? 0);
    this.expiry = new Expiry(
      engine,
      clock,
      () => this.time.now(),
      (expired) => {
        for (const change of expired) this.changes.fire(change);
      },
    );
    this.expiry.schedule();
  }

  async read(from: TableName, key: string): Promise<StoredRecord | undefined> {
    checkTable(from);
    const composite = compositeKey(from, keyBytes(key));
    this.checkOpen();
    return this.engine.read((reader) => {
      const row = this.liveRow(reader, composite);
      if (!row) return undefined;
      const value = row.inline ?? reader.get('values', composite);
      if (!value)
        throw new MicroError('storage.corrupt', `the value of ${JSON.stringify(key)} is missing in the store`);
      return { ...infoOf(key, row), value };
    });
  }

  async apply(operations: readonly Operation[]): Promise<number[]> {
    checkOperations(operations);
    this.checkOpen();
    if (operations.length === 0) return [];
    const before = this.revision;
    const done = await this.engine
      .write((writer) => {
        const now = this.time.now();
        const changes: StoreChange[] = [];
        const revisions = operations.map((operation) => {
          const change = this.applyOne(writer, operation, now);
          if (change) changes.push(change);
          return change?.revision ?? this.revision;
        });
        const row = Buffer.alloc(8);
        row.writeDoubleBE(this.revision, 0);
        writer.put('meta', REVISION, row);
        this.expiry.remember(writer, now);
        return { changes, revisions };
      })
      .catch((error: unknown) => {
        // A number that was taken by what was taken back is left out; going back could give it to two writes.
        this.revision = Math.max(before, this.revision);
        throw error;
      });
    this.expiry.schedule();
    for (const change of done.changes) this.changes.fire(change);
    return done.revisions;
  }

  async list(options: ListOptions): Promise<RecordInfo[]> {
    checkListing(options);
    this.checkOpen();
    return listRecords(
      this.engine,
      options,
      () => this.time.now(),
      () => this.checkOpen(),
    );
  }

  async stats(database?: string): Promise<TableStats[]> {
    if (database !== undefined) checkName('database', database);
    this.checkOpen();
    await this.expiry.sweep();
    return this.engine.read((reader) => tableSizes(reader, database));
  }

  protected async end(): Promise<void> {
    await this.expiry.stop();
    this.changes.dispose();
    await this.engine.close();
  }

  /** Does one operation in a step and resolves what changed; nothing for the delete of what is not there. */
  private applyOne(writer: EngineWriter, operation: Operation, now: number): StoreChange | undefined {
    const { database, table, key } = operation;
    const composite = compositeKey(operation, keyBytes(key));
    const old = writer.get('records', composite);
    const oldRow = old && decodeRecord(old);
    const live = oldRow && !isOver(oldRow, now) ? oldRow : undefined;
    checkCondition(operation, live);
    if (operation.type === 'delete' && !oldRow) return undefined;
    if (oldRow) {
      this.expiry.forget(writer, composite, oldRow.expiresAtMs);
      if (!oldRow.inline) writer.remove('values', composite);
      addToTable(writer, operation, -1, -(composite.length + oldRow.bytes));
    }
    this.revision += 1;
    const revision = this.revision;
    if (operation.type === 'delete') {
      writer.remove('records', composite);
      return live && { type: 'deleted', database, table, key, revision };
    }
    const { value, metadata = {}, ttlMs } = operation;
    const expiresAtMs = ttlMs === undefined ? undefined : Math.ceil(now + ttlMs);
    const inline = value.length <= INLINE_BYTES ? value : undefined;
    writer.put('records', composite, encodeRecord({ revision, expiresAtMs, bytes: value.length, metadata, inline }));
    if (!inline) writer.put('values', composite, value);
    this.expiry.add(writer, composite, expiresAtMs);
    addToTable(writer, operation, 1, composite.length + value.length);
    return { type: 'written', database, table, key, revision };
  }

  private liveRow(reader: EngineReader, composite: Buffer): RecordRow | undefined {
    const bytes = reader.get('records', composite);
    const row = bytes && decodeRecord(bytes);
    return row && !isOver(row, this.time.now()) ? row : undefined;
  }
}

/** The facts of a row, as a caller sees them. */
function infoOf(key: string, row: RecordRow): RecordInfo {
  return { key, revision: row.revision, bytes: row.bytes, expiresAtMs: row.expiresAtMs, metadata: row.metadata };
}

function isOver(row: RecordRow, now: number): boolean {
  return row.expiresAtMs !== undefined && row.expiresAtMs <= now;
}

function checkCondition(operation: Operation, live: RecordRow | undefined): void {
  const { when } = operation;
  if (when === undefined || (when === 'absent' ? !live : live?.revision === when)) return;
  throw conflict(operation, live?.revision ?? 0);
}
