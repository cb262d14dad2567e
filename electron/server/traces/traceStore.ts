import { SerialQueue } from '../base/async.ts';
import { Emitter } from '../base/event.ts';
import { type Disposable, MutableDisposable } from '../base/lifecycle.ts';
import { inTreeOrder, type StoredSpan, type TraceFacts, withinLimits } from './span.ts';
import { TraceFolder, type TraceFolderOptions } from './traceFolder.ts';
import { matchesTrace, newestFirst, type TraceFilter } from './traceFilter.ts';
import { factsOf, type TracePart } from './tracePart.ts';

/** Bytes of one file; the oldest file is what goes when there is too much. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

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
export interface TraceStoreOptions extends TraceFolderOptions {
  segmentBytes?: number;
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
  private readonly files: TraceFolder;
  private lines: string[] = [];
  private linesBytes = 0;
  private changed = new Set<string>();
  private dropped = 0;
  private loaded: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: TraceStoreOptions) {
    this.files = new TraceFolder(options);
  }

  /** Finds what is on disk. Spans are taken at once, also while it is read. */
  start(): void {
    this.loaded ??= this.queue.run(() => this.files.load());
    this.retentionTimer.value = this.options.clock.setInterval(
      () => void this.queue.run(() => this.files.applyRetention()),
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
    const segment = this.files.current();
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
    const segments = [...this.files.segments].reverse();
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
      found.sort(newestFirst);
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
    return found.sort(newestFirst);
  }

  /** The ids of kept traces that begin with these digits, at most `limit`. */
  async withPrefix(prefix: string, limit: number): Promise<string[]> {
    await this.loaded;
    const found = new Set<string>();
    for (const segment of this.files.segments) {
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
    for (const segment of this.files.segments) {
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
    await this.queue.run(() => this.files.close());
    this.dispose();
  }

  dispose(): void {
    this.changes.dispose();
    this.flushTimer.dispose();
    this.retentionTimer.dispose();
  }

  private partsOf(traceId: string): TracePart[] {
    return this.files.segments.flatMap((segment) => segment.parts.get(traceId) ?? []);
  }

  private rotate(): void {
    const full = this.files.current();
    const lines = this.takeLines();
    this.files.begin(full.number);
    void this.queue.run(async () => {
      // In a flood it may have become too old while it waited to be written.
      if (!this.files.segments.includes(full)) return;
      await this.files.write(full, lines);
      await this.files.seal(full);
    });
  }

  private takeLines(): string {
    const lines = this.lines.join('');
    this.lines = [];
    this.linesBytes = 0;
    return lines;
  }

  private async writeOut(): Promise<void> {
    const segment = this.files.segments.at(-1);
    if (segment && this.lines.length > 0) await this.files.write(segment, this.takeLines());
    if (this.dropped > 0) {
      this.options.logger.warn(`${this.dropped} spans were dropped: the disk does not keep up`);
      this.dropped = 0;
    }
    if (this.changed.size === 0) return;
    const changed = this.changed;
    this.changed = new Set();
    this.changes.fire(changed);
  }
}
