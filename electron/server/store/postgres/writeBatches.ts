import { randomUUID } from 'node:crypto';
import type { Statement } from '../../host/postgresStatement.ts';
import type { Operation } from '../store.ts';
import { isPut, many, one, putOf, putTexts } from './writeStatements.ts';

/** Calls of one statement: it holds up writers of other servers while it runs. */
const MAX_GROUPS = 256;
/** Bytes of values that go together; one call that has more goes alone. */
const MAX_BYTES = 4 * 1024 * 1024;
/**
 * Calls that may wait, and bytes of their values: what is asked for beyond would be in memory for seconds, and is refused, so that
 * whoever asks can wait instead. At 32 callers a database that syncs takes 20,000 small puts a second.
 */
const MAX_WAITING_CALLS = 20_000;
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
/** ms between the times that are written down, by which a clock that is set back is known. */
const REMEMBER_EVERY_MS = 1_000;

interface Group {
  operations: readonly Operation[];
  bytes: number;
  resolve(outcome: number[]): void;
  reject(error: unknown): void;
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
  /** The error of a write for which too many wait already. */
  overloaded(calls: number, bytes: number): Error;
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
  private waitingBytes = 0;
  /** One statement is under way, or about to be. */
  private isSending = false;
  private idleWaiters: (() => void)[] = [];
  private rememberedMs = 0;

  private readonly puts;

  constructor(private readonly options: WriteBatchesOptions) {
    this.puts = putTexts(options.schema);
  }

  /**
   * Resolves with what became of each operation: its number; 0: nothing; below 0: the condition does not hold, and -1 minus
   * the live number, or -1, is what it met. Then none of them was done. Rejects at once when too many wait.
   */
  add(operations: readonly Operation[]): Promise<number[]> {
    let bytes = 0;
    for (const each of operations) if (each.type === 'write') bytes += each.value.length;
    const { waiting, waitingBytes } = this;
    if (waiting.length >= MAX_WAITING_CALLS || (waiting.length > 0 && waitingBytes + bytes > MAX_WAITING_BYTES))
      return Promise.reject(this.options.overloaded(waiting.length, waitingBytes));
    this.waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ operations, bytes, resolve, reject });
      if (this.isSending) return;
      this.isSending = true;
      // What is asked for in the same turn goes together already.
      queueMicrotask(() => this.sendNext());
    });
  }

  async idle(): Promise<void> {
    if (this.isSending) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private sendNext(): void {
    if (this.waiting.length === 0) {
      // In the same step: whoever adds after this begins anew.
      this.isSending = false;
      for (const resolve of this.idleWaiters.splice(0)) resolve();
      return;
    }
    void this.send(this.takeSome()).then(() => this.sendNext());
  }

  private async send(groups: readonly Group[]): Promise<void> {
    try {
      const [row] = await this.options.write(this.statement(groups));
      if (row?.outcome === null) throw this.options.unknown();
      const outcome = row?.outcome ?? [];
      const all = typeof outcome === 'number' ? [outcome] : outcome;
      let at = 0;
      for (const { operations, resolve } of groups) {
        resolve(all.slice(at, at + operations.length));
        at += operations.length;
      }
    } catch (error) {
      for (const { reject } of groups) reject(error);
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
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private statement(groups: readonly Group[]): (again: boolean) => Statement {
    const { schema, nowMs, seen } = this.options;
    const now = nowMs();
    const remember = now - this.rememberedMs >= REMEMBER_EVERY_MS;
    if (remember) this.rememberedMs = now;
    const first = groups.length === 1 ? groups[0]?.operations : undefined;
    const only = first?.length === 1 ? first[0] : undefined;
    if (only && !remember && isPut(only)) return putOf(this.puts, only, seen());
    const number = ++this.number;
    const what = only ? one(only) : many(groups.map(({ operations }) => operations));
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
