import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { endedRange, expiryKey, splitComposite, splitExpiry } from './composite.ts';
import type { Engine, EngineReader, EngineWriter } from './engine.ts';
import { decodeRecord } from './recordCodec.ts';
import type { StoreChange } from './store.ts';
import { addToTable } from './tableSizes.ts';

/** Records taken out in one step; a step holds up other writers. */
const PER_STEP = 1_000;
/** ms; records end to the millisecond for whoever reads, so taking them out may wait for company. */
const LEAST_WAIT_MS = 100;
/** ms; the longest that a timer of Node can wait is 24.8 days. */
const LONGEST_WAIT_MS = 24 * 3600 * 1000;
/** ms by which the time that is written down may lag behind; after a crash the clock may go back by so much. */
const REMEMBER_EVERY_MS = 1_000;
/** ms after which records are taken out anew when that failed, e.g. on a full disk; sooner would only load the disk. */
const RETRY_MS = 10_000;
const REACHED = Buffer.from('reachedMs');
const EVERYTHING = { from: Buffer.alloc(1), to: Buffer.alloc(6, 0xff) };
/** lmdb may lose a row without a value (kriszyp/lmdb-js#93). */
const PRESENT = Buffer.from([1]);

/** Ends the lives of records: knows which comes next, sets one timer for it, and takes out what is over. */
export class Expiry {
  private timer: Disposable | undefined;
  private sweeping: Promise<void> | undefined;
  private stopped = false;
  private failed = false;
  private remembered: number;

  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly nowMs: () => number,
    private readonly handleExpired: (changes: StoreChange[]) => void,
  ) {
    this.remembered = engine.read((reader) => Expiry.reachedMs(reader));
  }

  /** The latest time that was written down by {@link remember}. */
  static reachedMs(reader: EngineReader): number {
    return reader.get('meta', REACHED)?.readDoubleBE(0) ?? 0;
  }

  /** Writes down how far time has come, at most once a second. */
  remember(writer: EngineWriter, now: number): void {
    if (now - this.remembered < REMEMBER_EVERY_MS) return;
    const row = Buffer.alloc(8);
    row.writeDoubleBE(now, 0);
    writer.put('meta', REACHED, row);
    this.remembered = now;
  }

  add(writer: EngineWriter, composite: Buffer, expiresAtMs: number | undefined): void {
    if (expiresAtMs !== undefined) writer.put('expiry', expiryKey(expiresAtMs, composite), PRESENT);
  }

  forget(writer: EngineWriter, composite: Buffer, expiresAtMs: number | undefined): void {
    if (expiresAtMs !== undefined) writer.remove('expiry', expiryKey(expiresAtMs, composite));
  }

  /** Sets the timer for what ends next. */
  schedule(): void {
    if (this.stopped || this.sweeping) return;
    this.timer?.dispose();
    this.timer = undefined;
    const next = this.engine.read((reader) => {
      for (const { key } of reader.range('expiry', EVERYTHING)) return splitExpiry(key).expiresAtMs;
      return undefined;
    });
    if (next === undefined) return;
    const leastMs = this.failed ? RETRY_MS : LEAST_WAIT_MS;
    const waitMs = Math.min(Math.max(next - this.nowMs(), leastMs), LONGEST_WAIT_MS);
    // Nobody sees what is over, so that it stays on disk for longer hurts nobody; whoever asks for sizes is told.
    this.timer = this.clock.setTimeout(() => void this.sweep().catch(() => undefined), waitMs);
  }

  /** Takes out everything that is over. Rejects when it cannot be written; it is tried again later. */
  sweep(): Promise<void> {
    this.sweeping ??= this.takeOut()
      .then(
        () => {
          this.failed = false;
        },
        (error: unknown) => {
          this.failed = true;
          throw error;
        },
      )
      .finally(() => {
        this.sweeping = undefined;
        this.schedule();
      });
    return this.sweeping;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.dispose();
    await this.sweeping?.catch(() => undefined);
  }

  private async takeOut(): Promise<void> {
    while (!this.stopped) {
      const now = this.nowMs();
      const isAny = this.engine.read((reader) => {
        for (const _row of reader.range('expiry', endedRange(now))) return true;
        return false;
      });
      if (!isAny) return;
      this.handleExpired(await this.engine.write((writer) => this.takeSome(writer, now)));
    }
  }

  private takeSome(writer: EngineWriter, now: number): StoreChange[] {
    const over: Buffer[] = [];
    for (const { key } of writer.range('expiry', endedRange(now))) {
      over.push(Buffer.from(key));
      if (over.length === PER_STEP) break;
    }
    this.remember(writer, now);
    return over.map((expiry) => {
      const { composite } = splitExpiry(expiry);
      writer.remove('expiry', expiry);
      const row = writer.get('records', composite);
      const { bytes, inline, revision } = row ? decodeRecord(row) : { bytes: 0, inline: PRESENT, revision: 0 };
      writer.remove('records', composite);
      if (!inline) writer.remove('values', composite);
      const { database, table, key } = splitComposite(composite);
      addToTable(writer, { database, table }, -1, -(composite.length + bytes));
      return { type: 'expired', database, table, key: key.toString('utf8'), revision };
    });
  }
}
