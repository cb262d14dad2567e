import type { RecordInfo } from '../../../shared/contract/gen/records_pb.ts';

/** Records that can be marked together: what one step of deleting and bringing back can still hold. */
export const maxMarks = 10_000;

/** The marked records by their keys. */
export type Marks = ReadonlyMap<string, RecordInfo>;

/** No record is marked. */
export const noMarks: Marks = new Map();

/** Marks a record, or takes its mark away. */
export function toggled(marks: Marks, record: RecordInfo): Marks {
  const next = new Map(marks);
  if (!next.delete(record.key) && next.size < maxMarks) next.set(record.key, record);
  return next;
}

/** Marks the records of the rows between two, as far as they are at hand. */
export function withRange(
  marks: Marks,
  from: number,
  to: number,
  recordAt: (row: number) => RecordInfo | undefined,
): Marks {
  const next = new Map(marks);
  for (let row = Math.min(from, to); row <= Math.max(from, to) && next.size < maxMarks; row++) {
    const record = recordAt(row);
    if (record) next.set(record.key, record);
  }
  return next;
}
