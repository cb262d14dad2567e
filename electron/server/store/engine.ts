/**
 * The parts that the store keeps apart: facts of records (with small values in them), large values, records in the order
 * of their end, sizes of tables, and the store's own numbers.
 */
export const SPACES = ['records', 'values', 'expiry', 'tables', 'meta'] as const;

/** One of {@link SPACES}. */
export type Space = (typeof SPACES)[number];

/** A part of a space in the order of its keys' bytes. */
export interface EngineRange {
  /** The first key, itself included. */
  from: Uint8Array;
  /** The end, itself left out. */
  to: Uint8Array;
  reverse?: boolean;
}

/** One state of all spaces. */
export interface EngineReader {
  get(space: Space, key: Uint8Array): Buffer | undefined;
  range(space: Space, range: EngineRange): Iterable<{ key: Buffer; value: Buffer }>;
}

/** The state that a step makes; what it put can be read in the same step. */
export interface EngineWriter extends EngineReader {
  put(space: Space, key: Uint8Array, value: Uint8Array): void;
  remove(space: Space, key: Uint8Array): void;
}

/**
 * Sorted bytes with atomic steps: all that a backend must offer to become a {@link Store} with the rules of `RecordStore`.
 * Keys are 1 to 1,900 bytes, compared byte by byte.
 */
export interface Engine {
  /**
   * Runs `step` alone, without a pause in it, and commits what it did, or nothing when it throws. Resolves once the commit
   * would survive the end of the process.
   */
  write<T>(step: (writer: EngineWriter) => T): Promise<T>;
  /** Runs `look` on one state. */
  read<T>(look: (reader: EngineReader) => T): T;
  close(): Promise<void>;
}
