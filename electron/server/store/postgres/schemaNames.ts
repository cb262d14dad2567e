import { createHash } from 'node:crypto';

/** What the statements of a schema have in them. */
export interface SchemaNames {
  name: string;
  /** The form of the tables. */
  form: number;
  /** The name as it stands in a statement. */
  s: string;
  /** The number of the lock of all who write. */
  lock: number;
  /** The channel of notifications. */
  channel: string;
}

/** What the statements of a schema have in them, by its name. */
export function schemaNames(name: string, form: number): SchemaNames {
  return { name, form, s: quoted(name), lock: lockOf(name), channel: channelOf(name) };
}

/** The channel on which changes of the records of a schema are told. */
export function channelOf(schema: string): string {
  return `micro_${schema}`;
}

/** The name of a schema as it stands in a statement. */
export function quoted(schema: string): string {
  return `"${schema}"`;
}

function lockOf(schema: string): number {
  return createHash('sha256').update(`micro write ${schema}`).digest().readInt32BE(0);
}
