import type { Event } from '../base/event.ts';

/** Where records live. Both names are 1 to 64 of letters, digits, `.`, `_`, `-`, beginning with a letter or digit. */
export interface TableName {
  /** Micro's namespace; `micro` where nobody says otherwise. */
  database: string;
  /** By custom the name of the service that owns the records. */
  table: string;
}

/** A value that is described beside the record itself, as micro's `Field` is. */
export interface MetadataField {
  type: string;
  value: string;
}

/** What is known of a record without its value. */
export interface RecordInfo {
  /** 1 to 1024 bytes of UTF-8, taken as it is: no normal form, no folding of case, no separator means anything. */
  key: string;
  /** Grows with each write anywhere in the store; names this state of the record for {@link Condition}. */
  revision: number;
  /** Bytes of the value. */
  bytes: number;
  /** ms since 1970 by the store's own clock, which never goes back; undefined: kept until deleted. */
  expiresAtMs: number | undefined;
  metadata: Readonly<Record<string, MetadataField>>;
}

/** A record with its value. */
export interface StoredRecord extends RecordInfo {
  value: Uint8Array;
}

/** When a write may happen: `absent`, no live record has the key; a number, the live record has that revision. */
export type Condition = 'absent' | number;

/** Stores a record, in place of an older one of the same key. */
export interface WriteOperation extends TableName {
  type: 'write';
  key: string;
  value: Uint8Array;
  /** Life from now on, ms; at least 1. Undefined: without end. */
  ttlMs?: number | undefined;
  metadata?: Readonly<Record<string, MetadataField>> | undefined;
  when?: Condition | undefined;
}

/** Takes a record out; one that is not there is no error, unless `when` names a revision. */
export interface DeleteOperation extends TableName {
  type: 'delete';
  key: string;
  when?: Condition | undefined;
}

/** One step of a batch. */
export type Operation = WriteOperation | DeleteOperation;

/** Which keys to list, in which order. */
export interface ListOptions extends TableName {
  prefix?: string | undefined;
  suffix?: string | undefined;
  /** Keys behind this one only (before it, when reversed), whether it is still there or not: the way to page while others write. */
  after?: string | undefined;
  /** Descending instead of ascending order of the keys' bytes. */
  reverse?: boolean | undefined;
  /** At most this many; 0 or undefined: all. */
  limit?: number | undefined;
  /** Leaves out this many first. Behind the end: an empty list. */
  offset?: number | undefined;
}

/** What became of a record. `revision` is that of the write; a delete or the end of life has none of its own. */
export interface StoreChange extends TableName {
  type: 'written' | 'deleted' | 'expired';
  key: string;
  revision: number;
}

/** Size of a table; what has expired is not in it. */
export interface TableStats extends TableName {
  records: number;
  /** Keys and values. */
  bytes: number;
}

/**
 * Records by key, in tables of databases, whatever keeps them. Every call either happened whole or not at all, and what a
 * resolved promise reported is still there after `kill -9`. Bad keys, names, sizes and limits reject with a `store.*` code
 * before anything is written.
 */
export interface Store {
  /** Every change, after it was committed, in the order of the commits. */
  readonly onDidChange: Event<StoreChange>;
  /** ms since 1970 by the store's own clock, which is what ends of life are measured by. */
  now(): number;
  /** The live record, or undefined. */
  read(from: TableName, key: string): Promise<StoredRecord | undefined>;
  /**
   * Does all operations in one step, in their order, or none: a `when` that does not hold rejects with `store.conflict`.
   * Resolves with the revision of each operation.
   */
  apply(operations: readonly Operation[]): Promise<number[]>;
  /** Live records without their values, in the order of their keys' bytes. */
  list(options: ListOptions): Promise<RecordInfo[]>;
  /** Names of databases that have a live record, in order. */
  databases(): Promise<string[]>;
  /** Names of the tables of a database that have a live record, in order. */
  tables(database: string): Promise<string[]>;
  /** Sizes of all tables, of one database or of all. */
  stats(database?: string): Promise<TableStats[]>;
  /** Lets go of files and timers. Calls after it reject. */
  close(): Promise<void>;
}
