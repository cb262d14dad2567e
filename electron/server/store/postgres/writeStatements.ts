import type { Statement } from '../../host/postgresStatement.ts';
import type { Operation } from '../store.ts';
import { binaryArrays } from './binaryArrays.ts';

/** A function of the schema with what it is given, behind what every batch has. */
export interface BatchCall {
  call: string;
  values: unknown[];
}

/** What a delete has in place of a value. */
const NONE = Buffer.alloc(0);

/** Whether it is what most writes are: without condition, end and metadata. */
export function isPut(operation: Operation): boolean {
  const { type, when } = operation;
  return type === 'write' && when === undefined && operation.ttlMs === undefined && metadataOf(operation) === '';
}

/** The statements of a put, as they are for a schema. */
export interface PutTexts {
  name: string;
  text: string;
  again: string;
}

/** Made once: puts are what is sent most. */
export function putTexts(schema: string): PutTexts {
  return {
    name: `put_v2 ${schema}`,
    text: `SELECT ${schema}.put_v2($1,$2,$3,$4) AS outcome`,
    again: `SELECT ${schema}.put_again_v2($1,$2,$3,$4,$5) AS outcome`,
  };
}

/** A put, and the same sent again by somebody who knew of nothing newer than `known` when it was sent first. */
export function putOf(puts: PutTexts, operation: Operation, known: number): (again: boolean) => Statement {
  const { database, table, key } = operation;
  const values = [database, table, Buffer.from(key, 'utf8'), valueOf(operation)];
  return (again) =>
    again ? { text: puts.again, values: [known, ...values] } : { name: puts.name, text: puts.text, values };
}

/** One operation as the arguments of its function. */
export function one(operation: Operation): BatchCall {
  const { type, database, table, key } = operation;
  const values = [type === 'delete', database, table, Buffer.from(key, 'utf8'), valueOf(operation), lifeOf(operation)];
  return { call: 'apply_one_v1', values: [...values, metadataOf(operation), conditionOf(operation)] };
}

/** Operations of several calls as arrays. */
export function many(calls: readonly (readonly Operation[])[]): BatchCall {
  const all = calls.flat();
  const { booleans, ints, doubles, texts, bytes } = binaryArrays;
  return {
    call: 'apply_v1',
    values: [
      ints(calls.flatMap((operations, index) => operations.map(() => index))),
      booleans(all.map(({ type }) => type === 'delete')),
      texts(all.map(({ database }) => database)),
      texts(all.map(({ table }) => table)),
      bytes(all.map(({ key }) => Buffer.from(key, 'utf8'))),
      bytes(all.map(valueOf)),
      doubles(all.map(lifeOf)),
      texts(all.map(metadataOf)),
      doubles(all.map(conditionOf)),
    ],
  };
}

function valueOf(operation: Operation): Buffer {
  if (operation.type === 'delete') return NONE;
  const { value } = operation;
  return Buffer.from(value.buffer, value.byteOffset, value.length);
}

function lifeOf(operation: Operation): number | null {
  return operation.type === 'write' ? (operation.ttlMs ?? null) : null;
}

function metadataOf(operation: Operation): string {
  const metadata = operation.type === 'write' ? operation.metadata : undefined;
  return metadata && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : '';
}

function conditionOf({ when }: Operation): number | null {
  return when === undefined ? null : when === 'absent' ? -1 : when;
}
