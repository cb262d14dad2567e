/** A part of a space in the order of its keys' bytes. */
export interface KeyRange {
  /** The first key, itself included. */
  from: Uint8Array;
  /** The end, itself left out. */
  to: Uint8Array;
  reverse?: boolean;
}

/** One state of all spaces. */
export interface SortedReader<Space extends string> {
  get(space: Space, key: Uint8Array): Buffer | undefined;
  range(space: Space, range: KeyRange): Iterable<{ key: Buffer; value: Buffer }>;
  /** The key of the row that so many others of the range stand before; undefined when it has no more. Cheaper than `range`. */
  keyAt(space: Space, range: KeyRange, offset: number): Buffer | undefined;
}

/** The state that a step makes; what it put can be read in the same step. */
export interface SortedWriter<Space extends string> extends SortedReader<Space> {
  put(space: Space, key: Uint8Array, value: Uint8Array): void;
  remove(space: Space, key: Uint8Array): void;
}

/**
 * Sorted bytes in named spaces, with atomic steps: what the store and the events are kept in. Keys are 1 to 1,900 bytes,
 * compared byte by byte.
 */
export interface SortedBytes<Space extends string> {
  /**
   * Runs `step` alone, without a pause in it, and commits what it did, or nothing when it throws. Resolves once the commit
   * would survive the end of the process.
   */
  write<T>(step: (writer: SortedWriter<Space>) => T): Promise<T>;
  /** Runs `look` on one state. */
  read<T>(look: (reader: SortedReader<Space>) => T): T;
  close(): Promise<void>;
}
