import { randomUUID } from 'node:crypto';
import { Deferred } from '../../base/async.ts';
import type { Operation } from '../store.ts';
import { binaryArrays } from './binaryArrays.ts';
import type { Statement } from '../../host/postgresStatement.ts';

/** Calls of one statement: it holds up writers of other servers while it runs. */
const MAX_GROUPS = 256;
/** Bytes of values that go together; one call that has more goes alone. */
const MAX_BYTES = 4 * 1024 * 1024;
/** ms between the times that are written down, by which a clock that is set back is known. */
const REMEMBER_EVERY_MS = 1_000;

interface Group {
  operations: readonly Operation[];
  bytes: number;
  done: Deferred<number[]>;
}

/** What {@link WriteBatches} works with. */
export interface WriteBatchesOptions {
  /** As it stands in a statement. */
  schema: string;
  nowMs(): number;
  /** The number of the newest change that was heard of. */
  seen(): number;
  write(statement: (again: boolean) => Statement): Promise<{ outcome: number | number[] | null }[]>;
  /** The error of a write of which nobody can say whether it was done. */
  unknown(): Error;
}

/**
 * Sends what many write at once in one statement: while one is under way, the next gathers. Each has a number, by which the
 * database knows one that it did already; so one whose answer was lost can be sent again. What most writes are needs none: a
 * put that comes alone is known by what it left, see {@link ./schemaPut.ts}.
 */
export class WriteBatches {
  private readonly writer = randomUUID();
  private number = 0;
  private waiting: Group[] = [];
  private running: Promise<void> | undefined;
  private rememberedMs = 0;

  constructor(private readonly options: WriteBatchesOptions) {}

  /**
   * Resolves with what became of each operation: its number; 0: nothing; below 0: the condition does not hold, and -1 minus
   * the live number, or -1, is what it met. Then none of them was done.
   */
  add(operations: readonly Operation[]): Promise<number[]> {
    const bytes = operations.reduce((sum, each) => sum + (each.type === 'write' ? each.value.length : 0), 0);
    const group: Group = { operations, bytes, done: new Deferred() };
    this.waiting.push(group);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return group.done.promise;
  }

  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // What is asked for in the same turn goes together already.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const groups = this.takeSome();
      try {
        const [row] = await this.options.write(this.statement(groups));
        if (row?.outcome === null) throw this.options.unknown();
        const outcome = [row?.outcome ?? []].flat();
        let at = 0;
        for (const { operations, done } of groups) {
          done.resolve(outcome.slice(at, at + operations.length));
          at += operations.length;
        }
      } catch (error) {
        for (const { done } of groups) done.reject(error);
      }
    }
  }

  private takeSome(): Group[] {
    let count = 0;
    let bytes = 0;
    for (const group of this.waiting) {
      if (count > 0 && (count === MAX_GROUPS || bytes + group.bytes > MAX_BYTES)) break;
      count += 1;
      bytes += group.bytes;
    }
    return this.waiting.splice(0, count);
  }

  private statement(groups: readonly Group[]): (again: boolean) => Statement {
    const { schema, nowMs, seen } = this.options;
    const now = nowMs();
    const remember = now - this.rememberedMs >= REMEMBER_EVERY_MS;
    if (remember) this.rememberedMs = now;
    const all = groups.flatMap(({ operations }) => operations);
    const [only] = all;
    if (all.length === 1 && only && !remember && isPut(only)) return putOf(schema, only, seen());
    const number = ++this.number;
    const what = all.length === 1 && only ? one(only) : many(groups, all);
    return (again) => {
      const values = [this.writer, number, again, now, remember, ...what.values];
      const places = values.map((_, index) => `$${index + 1}`);
      return {
        name: `${what.call} ${schema}`,
        text: `SELECT ${schema}.${what.call}(${places.join(',')}) AS outcome`,
        values,
      };
    };
  }
}

/** What a delete has in place of a value. */
const NONE = Buffer.alloc(0);

function isPut(operation: Operation): boolean {
  const { type, when } = operation;
  return type === 'write' && when === undefined && operation.ttlMs === undefined && metadataOf(operation) === '';
}

/** A put, and the same sent again by somebody who knew of nothing newer than `known` when it was sent first. */
function putOf(schema: string, operation: Operation, known: number): (again: boolean) => Statement {
  const { database, table, key } = operation;
  const values = [database, table, Buffer.from(key, 'utf8'), valueOf(operation)];
  return (again) =>
    again
      ? { text: `SELECT ${schema}.put_again_v2($1,$2,$3,$4,$5) AS outcome`, values: [known, ...values] }
      : { name: `put_v2 ${schema}`, text: `SELECT ${schema}.put_v2($1,$2,$3,$4) AS outcome`, values };
}

/** One operation as the arguments of its function. */
function one(operation: Operation): { call: string; values: unknown[] } {
  const { type, database, table, key } = operation;
  const values = [type === 'delete', database, table, Buffer.from(key, 'utf8'), valueOf(operation), lifeOf(operation)];
  return { call: 'apply_one_v1', values: [...values, metadataOf(operation), conditionOf(operation)] };
}

/** Operations of several calls as arrays. */
function many(groups: readonly Group[], all: readonly Operation[]): { call: string; values: unknown[] } {
  const { booleans, ints, doubles, texts, bytes } = binaryArrays;
  return {
    call: 'apply_v1',
    values: [
      ints(groups.flatMap(({ operations }, index) => operations.map(() => index))),
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
