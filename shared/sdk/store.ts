import type { z } from 'zod';
import { Records } from '../contract/gen/records_pb.ts';
import type { Connection } from './connection.ts';
import { checked } from './schema.ts';
import { ServiceError } from './serviceError.ts';
import { either, reopened } from './watching.ts';

/** Keys that are asked for at a time. */
const PAGE = 500;

/** A record as it is now. */
export interface StoredRecord<T> {
  key: string;
  value: T;
  /** Grows with each write; what {@link Store.compareAndSet} compares. */
  revision: number;
  /** ms since 1970; undefined: it stays. */
  expiresAt: number | undefined;
}

/** A change in a table. */
export interface StoreChange {
  /** `missed`: some changes were left out, or the connection was lost; look at what is there now. */
  type: 'written' | 'deleted' | 'expired' | 'missed';
  /** Empty with `missed`. */
  key: string;
  revision: number;
}

/** Which keys a listing has. */
export interface ListOptions {
  prefix?: string;
  suffix?: string;
  /** Usual: all. */
  limit?: number;
  /** From the last key to the first. */
  reverse?: boolean;
}

/** Records by key in one table. Values are JSON; an Uint8Array is kept as it is, and read by {@link Store.readBytes}. */
export class Store<T = unknown> {
  private readonly client;

  constructor(
    private readonly connection: Connection,
    private readonly tableName: string,
    private readonly ending: AbortSignal,
    private readonly schema?: z.ZodType<T>,
    private readonly database = '',
  ) {
    this.client = connection.coreClient(Records);
  }

  /** Another table; with a schema its values are checked when they are read and written, and have its type. */
  table(name: string, schema?: undefined, options?: { database?: string }): Store;
  table<S extends z.ZodType>(name: string, schema: S, options?: { database?: string }): Store<z.output<S>>;
  table(name: string, schema?: z.ZodType, { database = this.database }: { database?: string } = {}): Store {
    return new Store(this.connection, name, this.ending, schema, database);
  }

  /** The record with this key, or undefined. */
  async read(key: string): Promise<StoredRecord<T> | undefined> {
    const record = await this.readBytes(key);
    if (!record) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder().decode(record.value));
    } catch (error) {
      throw new ServiceError(500, `the value of "${key}" is not JSON: read it with readBytes`, { cause: error });
    }
    return { ...record, value: await this.typed(value, key) };
  }

  /** The record with this key as bytes, or undefined. */
  async readBytes(key: string): Promise<StoredRecord<Uint8Array> | undefined> {
    try {
      const { info, value } = await this.client.get({ place: this.place(), key });
      return { key, value, revision: info?.revision ?? 0, expiresAt: info?.expiresAt || undefined };
    } catch (error) {
      if (error instanceof ServiceError && error.error === 'store.not-found') return undefined;
      throw error;
    }
  }

  /** Writes a record and resolves with its revision. `ttlMs`: how long it lives. */
  async write(key: string, value: T | Uint8Array, options: { ttlMs?: number } = {}): Promise<number> {
    return this.put(key, value, options, { case: undefined });
  }

  /**
   * Writes a record only if it still has this revision (undefined: only if there is none). Resolves with the new revision, or
   * with undefined when somebody else was faster: read it again and decide anew.
   */
  async compareAndSet(
    key: string,
    revision: number | undefined,
    value: T | Uint8Array,
    options: { ttlMs?: number } = {},
  ): Promise<number | undefined> {
    try {
      return await this.put(
        key,
        value,
        options,
        revision === undefined ? { case: 'absent', value: true } : { case: 'revision', value: revision },
      );
    } catch (error) {
      if (error instanceof ServiceError && error.error === 'store.conflict') return undefined;
      throw error;
    }
  }

  /** Deletes a record; one that is not there is fine. */
  async delete(key: string): Promise<void> {
    const operation = { key, act: { case: 'remove' as const, value: {} } };
    await this.client.apply({ place: this.place(), operations: [operation] });
  }

  /** The keys of the table in their order, page by page, so that a table of any size can be gone through. */
  async *list(options: ListOptions = {}): AsyncGenerator<string> {
    const { prefix = '', suffix = '', reverse = false } = options;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let after: string | undefined;
    while (left > 0) {
      const { records, more } = await this.client.browse({
        place: this.place(),
        prefix,
        suffix,
        reverse,
        limit: Math.min(PAGE, left),
        ...(after === undefined ? {} : { after }),
      });
      for (const { key } of records) yield key;
      left -= records.length;
      after = records.at(-1)?.key;
      if (!more || after === undefined) return;
    }
  }

  /** Changes of keys that begin with `prefix`, from now on, until the signal aborts or the service ends. */
  async *watch(prefix = '', options: { signal?: AbortSignal } = {}): AsyncGenerator<StoreChange> {
    const { signal, dispose } = either(this.ending, options.signal);
    let opened = false;
    try {
      const open = (current: AbortSignal) => this.client.watch({ place: this.place(), prefix }, { signal: current });
      for await (const { type, key, revision, missed } of reopened(open, signal)) {
        const isFirst = type === '';
        if (missed > 0 || (isFirst && opened)) yield { type: 'missed', key: '', revision: 0 };
        opened = true;
        if (!isFirst) yield { type: type as StoreChange['type'], key, revision };
      }
    } finally {
      dispose();
    }
  }

  private place() {
    return { database: this.database, table: this.tableName };
  }

  private async put(
    key: string,
    value: T | Uint8Array,
    { ttlMs = 0 }: { ttlMs?: number },
    condition: { case: undefined } | { case: 'absent'; value: boolean } | { case: 'revision'; value: number },
  ): Promise<number> {
    if (value === undefined) throw new TypeError('undefined is no value of the store: use delete');
    const bytes =
      value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(await this.typed(value, key)));
    const operation = { key, act: { case: 'put' as const, value: { value: bytes, ttlMs } }, condition };
    const { revisions } = await this.client.apply({ place: this.place(), operations: [operation] });
    return revisions[0] ?? 0;
  }

  private typed(value: unknown, key: string): Promise<T> {
    return this.schema ? checked(this.schema, value, `the value of "${key}"`) : Promise.resolve(value as T);
  }
}
