import type { KeyRange, SortedBytes, SortedReader, SortedWriter } from '../host/sortedBytes.ts';

/**
 * The parts that the store keeps apart: facts of records (with small values in them), large values, records in the order
 * of their end, sizes of tables, and the store's own numbers.
 */
export const SPACES = ['records', 'values', 'expiry', 'tables', 'meta'] as const;

/** One of {@link SPACES}. */
export type Space = (typeof SPACES)[number];
export type EngineRange = KeyRange;
export type EngineReader = SortedReader<Space>;
export type EngineWriter = SortedWriter<Space>;
/** All that a backend must offer to become a `Store` with the rules of `RecordStore`. */
export type Engine = SortedBytes<Space>;
