import type { LogRecord } from '../../../shared/contract/gen/logs_pb.ts';
import { type LiveLogs, runKey } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import type { ReadBatch, ReadOptions } from './logStore.ts';
import { MergeHeap } from './mergeHeap.ts';
import { RecordCursor } from './recordCursor.ts';
import { RecordFilter } from './recordFilter.ts';
import type { RunSource } from './runSource.ts';
import { selectSources } from './selectSources.ts';
import { findTailStarts } from './tailStart.ts';
import { UnfinishedRecords } from './unfinishedRecords.ts';

/** Records of one batch at most, and their text in characters (one record may exceed it). */
const BATCH_RECORDS = 500;
const BATCH_CHARS = 1024 * 1024;

/** One read of the log: what is stored, and with `follow` what comes after it. */
export class LogReading {
  private readonly filter: RecordFilter;
  private readonly cursors = new Map<RunSource, RecordCursor>();
  private readonly firstRuns = new Map<string, number>();
  private readonly wakeUp: { dispose(): void };
  private grown = false;
  private wake: (() => void) | undefined;
  private left: number;
  private missedBefore = 0;
  private readonly unfinished: UnfinishedRecords;

  constructor(
    private readonly catalog: LogCatalog,
    private readonly live: LiveLogs,
    private readonly options: ReadOptions,
    private readonly signal: AbortSignal,
  ) {
    this.filter = new RecordFilter(options.query);
    this.unfinished = new UnfinishedRecords(options.query, this.filter);
    this.left = options.limit > 0 ? options.limit : Number.POSITIVE_INFINITY;
    // Subscribed before the first look at the disk: what comes between the look and the wait wakes it at once.
    this.wakeUp = live.onDidGrow((grown) => {
      const { services } = options.query;
      if (services.length > 0 && !grown.some((service) => services.includes(service))) return;
      this.grown = true;
      this.wake?.();
    });
    signal.addEventListener('abort', this.abort, { once: true });
  }

  private readonly abort = (): void => this.wake?.();

  dispose(): void {
    this.wakeUp.dispose();
    this.signal.removeEventListener('abort', this.abort);
  }

  async *batches(): AsyncGenerator<ReadBatch> {
    const { query, follow } = this.options;
    await this.live.flushed(query.services);
    const partials = this.unfinished.of((await this.live.state(query.services)).partials);
    await this.begin(partials.length);
    if (!follow) {
      yield* this.merged(Number.POSITIVE_INFINITY);
      const shown = this.options.tail < 0 ? [] : partials.slice(-this.tailOf(partials.length));
      if (shown.length > 0 && this.left > 0) yield { records: shown.slice(0, this.left), skipped: 0 };
      return;
    }
    while (!this.signal.aborted && this.left > 0) {
      this.grown = false;
      const state = await this.live.state(query.services);
      await this.addCursors();
      // Looked at before the files are: what a run that ended wrote is all there by now.
      const isOver = query.run > 0 && !state.active.some((key) => this.isAsked(key));
      yield* this.merged(isOver ? Number.POSITIVE_INFINITY : state.untilUs);
      if (isOver) return;
      const changed = this.unfinished.changed(state.partials);
      if (changed.length > 0) yield { records: changed, skipped: 0 };
      if (this.left > 0) await this.nextGrowth();
    }
  }

  private isAsked(key: string): boolean {
    for (const { service, run } of this.cursors.keys()) if (runKey(service, run) === key) return true;
    return false;
  }

  private tailOf(all: number): number {
    return this.options.tail > 0 ? this.options.tail : all;
  }

  private nextGrowth(): Promise<void> {
    if (this.grown || this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }

  /** Finds where to begin in each run. */
  private async begin(partials: number): Promise<void> {
    const { query, tail } = this.options;
    const sources = await selectSources(this.catalog, this.live, query, this.firstRuns);
    const { sinceUs } = query;
    if (tail < 0) {
      for (const source of sources) this.addCursor(source, source.end);
    } else if (tail === 0) {
      for (const source of sources) {
        if (source.lastUs < sinceUs) this.addCursor(source, source.end);
        else this.addCursor(source, sinceUs > 0 ? await source.recordAt(sinceUs) : source.first);
      }
    } else {
      const count = this.options.follow ? tail : Math.max(0, tail - partials);
      const starts = count === 0 ? [] : await findTailStarts(sources, this.filter, query, count, this.signal);
      const froms = new Map(starts.map(({ source, from }) => [source, from]));
      for (const source of sources) this.addCursor(source, froms.get(source) ?? source.end);
    }
  }

  private addCursor(source: RunSource, matchFrom: number): void {
    const { query } = this.options;
    const cursor = new RecordCursor(source, {
      filter: this.filter.fork(),
      from: Math.max(source.first, matchFrom - query.before),
      matchFrom,
      sinceUs: query.sinceUs,
      untilUs: query.untilUs,
      before: query.before,
      after: query.after,
    });
    this.cursors.set(source, cursor);
  }

  /** Runs that began since. */
  private async addCursors(): Promise<void> {
    for (const source of await selectSources(this.catalog, this.live, this.options.query, this.firstRuns)) {
      if (!this.cursors.has(source)) this.addCursor(source, 0);
    }
  }

  /** What is on disk and not later than `untilUs`, merged by time; runs are opened when their time comes. */
  private async *merged(untilUs: number): AsyncGenerator<ReadBatch> {
    const waiting = [...this.cursors.values()].sort((a, b) => a.source.firstUs - b.source.firstUs);
    const heap = new MergeHeap<RecordCursor>(comesBefore);
    const firstUs = (): number => heap.top?.peek()?.timeUs ?? Number.POSITIVE_INFINITY;
    let records: LogRecord[] = [];
    let chars = 0;
    for (;;) {
      while (waiting.length > 0 && (waiting[0] as RecordCursor).source.firstUs <= firstUs()) {
        const cursor = waiting.shift() as RecordCursor;
        await cursor.fill(this.signal);
        if (cursor.peek()) heap.push(cursor);
      }
      const cursor = heap.pop();
      if (!cursor || (cursor.peek() as LogRecord).timeUs >= untilUs) break;
      // As long as this one stays first, nothing else has to be looked at.
      const limitUs = Math.min(untilUs, firstUs(), (waiting[0] as RecordCursor | undefined)?.source.firstUs ?? untilUs);
      do {
        const record = cursor.take();
        records.push(record);
        chars += record.text.length;
        this.left--;
      } while (
        this.left > 0 &&
        records.length < BATCH_RECORDS &&
        chars <= BATCH_CHARS &&
        (cursor.peek()?.timeUs ?? Number.POSITIVE_INFINITY) < limitUs
      );
      if (this.left <= 0) break;
      await cursor.fill(this.signal);
      if (cursor.peek()) heap.push(cursor);
      if (records.length >= BATCH_RECORDS || chars > BATCH_CHARS) {
        yield { records, skipped: this.newlyMissed() };
        records = [];
        chars = 0;
      }
    }
    const skipped = this.newlyMissed();
    if (records.length > 0 || skipped > 0) yield { records, skipped };
  }

  private newlyMissed(): number {
    let missed = 0;
    for (const cursor of this.cursors.values()) missed += cursor.missed;
    const skipped = missed - this.missedBefore;
    this.missedBefore = missed;
    return this.options.follow ? skipped : 0;
  }
}

/** By the time of the next record; equal times keep the order of services and runs. */
function comesBefore(a: RecordCursor, b: RecordCursor): boolean {
  const byTime = (a.peek() as LogRecord).timeUs - (b.peek() as LogRecord).timeUs;
  if (byTime !== 0) return byTime < 0;
  if (a.source.service !== b.source.service) return a.source.service < b.source.service;
  return a.source.run < b.source.run;
}
