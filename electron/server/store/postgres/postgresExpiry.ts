import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Statement } from '../../host/postgresStatement.ts';
import type { Operation } from '../store.ts';

/** Records taken out by one statement; it holds up writers. */
const PER_STEP = 1_000;
/** ms; records end to the millisecond for whoever reads, so taking them out may wait for company. */
const LEAST_WAIT_MS = 100;
/** ms; lives that another server gave and did not live to end. */
const LONGEST_WAIT_MS = 60_000;

/** What {@link PostgresExpiry} works with. */
export interface PostgresExpiryOptions {
  schema: string;
  clock: Clock;
  nowMs(): number;
  read(statement: Statement): Promise<{ ends: number | null }[]>;
  write(statement: () => Statement): Promise<{ taken: number }[]>;
}

/** Takes out records whose life is over. Nobody sees them by then; this makes room, and has it told. */
export class PostgresExpiry {
  private timer: Disposable | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  private sweeping: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: PostgresExpiryOptions) {}

  async start(): Promise<void> {
    const { schema, read } = this.options;
    const [row] = await read({ text: `SELECT min(ends) AS ends FROM ${schema}.records WHERE ends IS NOT NULL` });
    this.ringAt(row?.ends ?? Number.POSITIVE_INFINITY);
  }

  /** Sets the timer for what was written. */
  expect(operations: readonly Operation[]): void {
    for (const each of operations)
      if (each.type === 'write' && each.ttlMs !== undefined) this.ringAt(this.options.nowMs() + each.ttlMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.dispose();
    await this.sweeping;
  }

  private ringAt(endsAt: number): void {
    const now = this.options.nowMs();
    const at = Math.min(Math.max(endsAt, now + LEAST_WAIT_MS), now + LONGEST_WAIT_MS);
    if (this.stopped || at >= this.timerAt) return;
    this.timer?.dispose();
    this.timerAt = at;
    this.timer = this.options.clock.setTimeout(() => {
      this.timerAt = Number.POSITIVE_INFINITY;
      // What cannot be taken out now is at the next time, which `sweep` sets.
      this.sweeping ??= this.sweep().finally(() => {
        this.sweeping = undefined;
      });
    }, at - now);
  }

  private async sweep(): Promise<void> {
    const { schema, nowMs, read, write } = this.options;
    try {
      for (let taken = PER_STEP; taken === PER_STEP && !this.stopped; ) {
        const text = `SELECT ${schema}.sweep_v1($1, $2) AS taken`;
        taken = (await write(() => ({ text, values: [nowMs(), PER_STEP] })))[0]?.taken ?? 0;
      }
      const [row] = await read({ text: `SELECT min(ends) AS ends FROM ${schema}.records WHERE ends IS NOT NULL` });
      this.ringAt(row?.ends ?? Number.POSITIVE_INFINITY);
    } catch {
      this.ringAt(Number.POSITIVE_INFINITY);
    }
  }
}
