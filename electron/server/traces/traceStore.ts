import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialQueue } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { type Disposable, MutableDisposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { inTreeOrder, type StoredSpan, type TraceFacts, withinLimits } from './span.ts';
import { matchesTrace, type TraceFilter } from './traceFilter.ts';
import { factsOf, type TracePart } from './tracePart.ts';
import { TraceSegment } from './traceSegment.ts';

/** Bytes of one file; the oldest file is what goes when there is too much. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

/** Bytes of all files, some 200,000 spans. What is known of their traces without reading is in memory, a tenth of it. */
const MAX_BYTES = 128 * 1024 * 1024;

/** ms that traces are kept: long enough for "what was that on Friday". */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** ms between two looks for files that are too old. */
const RETENTION_PERIOD_MS = 10 * 60 * 1000;

/** ms that spans are gathered before they are written: a few writes a second however many spans come. */
const FLUSH_MS = 150;

/** Bytes that may wait to be written. Spans that come while a slow disk is that far behind are counted and dropped. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

/** Spans of one trace that are read; a loop that never ends its trace has more. */
const MAX_SPANS = 10_000;

/** Traces that one change event names. */
const MAX_CHANGED = 1000;

/** Collaborators of {@link TraceStore}. */
export interface TraceStoreOptions {
  /** Folder of the files; made when it is missing. */
  folder: string;
  clock: Clock;
  logger: Logger;
  maxBytes?: number;
  segmentBytes?: number;
  maxAgeMs?: number;
}

/** A trace with its spans. */
export interface StoredTrace {
  facts: TraceFacts;
  spans: StoredSpan[];
  leftOut: number;
}

/** Spans on disk, bounded by size and age, and what is known of each trace in memory. Survives the end of the process. */
export class TraceStore implements Disposable {
  private readonly queue = new SerialQueue();
  private readonly changes = new Emitter<ReadonlySet<string>>();
  /** Ids of traces that got spans, a few times a second. */
  readonly onDidChange = this.changes.event;
  private readonly flushTimer = new MutableDisposable();
  private readonly retentionTimer = new MutableDisposable();
  /** Oldest first; the last one is written to. */
  private segments: TraceSegment[] = [];
  private lines: string[] = [];
  private linesBytes = 0;
  private changed = new Set<string>();
  private dropped = 0;
  private loaded: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: TraceStoreOptions) {}

  /** Finds what is on disk. Spans are taken at once, also while it is read. */
  start(): void {
    this.loaded ??= this.queue.run(() => this.load());
    this.retentionTimer.value = this.options.clock.setInterval(
      () => void this.queue.run(() => this.applyRetention()),
      RETENTION_PERIOD_MS,
    );
  }

  /** Keeps a span. Never blocks and never throws. */
  add(span: StoredSpan): void {
    if (this.closed) return;
    if (this.linesBytes > MAX_QUEUED_BYTES) {
      this.dropped++;
      return;
    }
    const segment = this.current();
    const before = segment.bytes;
    this.lines.push(segment.add(withinLimits(span)));
    this.linesBytes += segment.bytes - before;
    if (this.changed.size < MAX_CHANGED) this.changed.add(span.traceId);
    if (segment.bytes >= (this.options.segmentBytes ?? SEGMENT_BYTES)) this.rotate();
    else if (!this.flushTimer.value) {
      this.flushTimer.value = this.options.clock.setTimeout(() => void this.flush(), FLUSH_MS);
    }
  }

  /** Traces that match, newest first. */
  async list(filter: TraceFilter, limit: number): Promise<TraceFacts[]> {
    await this.loaded;
    const groups = new Map<string, TracePart[]>();
    const found: TraceFacts[] = [];
    const segments = [...this.segments].reverse();
    for (const [index, segment] of segments.entries()) {
      for (const [traceId, part] of segment.parts) {
        const group = groups.get(traceId);
        if (group) group.push(part);
        else groups.set(traceId, [part]);
      }
      const older = segments[index + 1];
      if (older && groups.size < limit) continue;
      found.length = 0;
      for (const [traceId, parts] of groups) {
        const facts = factsOf(traceId, parts);
        if (matchesTrace(facts, parts, filter)) found.push(facts);
      }
      found.sort((a, b) => b.startedAt - a.startedAt);
      const last = found[limit - 1];
      if (last && (!older || older.lastAt < last.startedAt)) break;
    }
    return found.slice(0, limit);
  }

  /** What is known of some traces; those that are not kept are missing. */
  facts(traceIds: Iterable<string>, filter: TraceFilter): TraceFacts[] {
    const found: TraceFacts[] = [];
    for (const traceId of traceIds) {
      const parts = this.partsOf(traceId);
      if (parts.length === 0) continue;
      const facts = factsOf(traceId, parts);
      if (matchesTrace(facts, parts, filter)) found.push(facts);
    }
    return found.sort((a, b) => b.startedAt - a.startedAt);
  }

  /** The ids of kept traces that begin with these digits, at most `limit`. */
  async withPrefix(prefix: string, limit: number): Promise<string[]> {
    await this.loaded;
    const found = new Set<string>();
    for (const segment of this.segments) {
      for (const traceId of segment.parts.keys()) {
        if (traceId.startsWith(prefix)) found.add(traceId);
        if (found.size >= limit) return [...found];
      }
    }
    return [...found];
  }

  /** A trace with its spans, or undefined when it is not kept. */
  async get(traceId: string): Promise<StoredTrace | undefined> {
    await this.flush();
    const parts = this.partsOf(traceId);
    if (parts.length === 0) return undefined;
    const spans = new Map<string, StoredSpan>();
    for (const segment of this.segments) {
      // A service that had no answer to its report sends it again.
      for (const span of await segment.read(traceId)) spans.set(`${span.spanId} ${span.source}`, span);
    }
    if (spans.size === 0) return undefined;
    const ordered = inTreeOrder([...spans.values()]);
    return {
      facts: { ...factsOf(traceId, parts), spans: spans.size },
      spans: ordered.slice(0, MAX_SPANS),
      leftOut: Math.max(0, ordered.length - MAX_SPANS),
    };
  }

  /** Everything that was added is on disk when it resolves. */
  async flush(): Promise<void> {
    this.flushTimer.value = undefined;
    await this.queue.run(() => this.writeOut());
  }

  /** Writes what waits and lets go of the files. */
  async close(): Promise<void> {
    this.retentionTimer.dispose();
    await this.flush();
    this.closed = true;
    this.flushTimer.dispose();
    await this.queue.run(async () => {
      await this.segments
        .at(-1)
        ?.seal()
        .catch(() => {});
      for (const segment of this.segments) await segment.close().catch(() => {});
    });
    this.dispose();
  }

  dispose(): void {
    this.changes.dispose();
    this.flushTimer.dispose();
    this.retentionTimer.dispose();
  }

  private partsOf(traceId: string): TracePart[] {
    return this.segments.flatMap((segment) => segment.parts.get(traceId) ?? []);
  }

  private current(): TraceSegment {
    const last = this.segments.at(-1);
    if (last) return last;
    return this.begin(0);
  }

  /** Files are numbered by the time they were begun, so that a new one comes after those that are still being found. */
  private begin(after: number): TraceSegment {
    const number = Math.max(after + 1, Math.floor(this.options.clock.now()));
    const segment = new TraceSegment(number, this.fileOf(number));
    this.segments.push(segment);
    return segment;
  }

  private rotate(): void {
    const full = this.segments.at(-1) as TraceSegment;
    const lines = this.takeLines();
    this.begin(full.number);
    void this.queue.run(async () => {
      // In a flood it may have become too old while it waited to be written.
      if (!this.segments.includes(full)) return;
      await this.write(full, lines);
      await full.seal().catch((error: unknown) => this.warn(error));
      await this.applyRetention();
    });
  }

  private takeLines(): string {
    const lines = this.lines.join('');
    this.lines = [];
    this.linesBytes = 0;
    return lines;
  }

  private async writeOut(): Promise<void> {
    const segment = this.segments.at(-1);
    if (segment && this.lines.length > 0) await this.write(segment, this.takeLines());
    if (this.dropped > 0) {
      this.options.logger.warn(`${this.dropped} spans were dropped: the disk does not keep up`);
      this.dropped = 0;
    }
    if (this.changed.size === 0) return;
    const changed = this.changed;
    this.changed = new Set();
    this.changes.fire(changed);
  }

  private async write(segment: TraceSegment, lines: string): Promise<void> {
    try {
      await segment.write(lines);
    } catch (error) {
      // What lies where in the file is not known any more: its traces are given up, later ones get a file of their own.
      this.warn(error);
      this.segments = this.segments.filter((other) => other !== segment);
      await segment.close().catch(() => {});
    }
  }

  private warn(error: unknown): void {
    this.options.logger.warn('spans could not be written', { error: errorText(error) });
  }

  private async load(): Promise<void> {
    const { folder } = this.options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const numbers = (await readdir(folder))
        .map((name) => /^spans-(\d+)\.ndjson$/.exec(name)?.[1])
        .filter((digits) => digits !== undefined)
        .map(Number)
        .filter((number) => !this.segments.some((segment) => segment.number === number))
        .sort((a, b) => a - b);
      const found: TraceSegment[] = [];
      for (const number of numbers) found.push(await TraceSegment.load(number, this.fileOf(number)));
      this.segments = [...found, ...this.segments];
      // What an earlier life wrote is not written to again.
      if (found.length === this.segments.length) this.begin(found.at(-1)?.number ?? 0);
    } catch (error) {
      this.options.logger.warn('earlier traces could not be read', { error: errorText(error) });
    }
    await this.applyRetention();
  }

  private async applyRetention(): Promise<void> {
    const { maxBytes = MAX_BYTES, maxAgeMs = MAX_AGE_MS, clock } = this.options;
    let bytes = this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    while (this.segments.length > 1) {
      const oldest = this.segments[0] as TraceSegment;
      if (bytes <= maxBytes && oldest.lastAt > clock.now() - maxAgeMs) break;
      bytes -= oldest.bytes;
      this.segments.shift();
      await oldest.remove().catch((error: unknown) => this.warn(error));
    }
  }

  private fileOf(number: number): string {
    return join(this.options.folder, `spans-${number}.ndjson`);
  }
}
