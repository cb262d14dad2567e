import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import { defaultSettings } from '../../../shared/contract/settings.ts';
import { SerialQueue } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { type LiveLogs, type LiveState, PARTIAL_BYTES, runKey } from './liveLogs.ts';
import { LogCatalog } from './logCatalog.ts';
import { LocalLogQueries, type LogQueries } from './logQueries.ts';
import type { LogViewSocket } from './logViewSession.ts';
import { type LogSettings, logSettingsOf, MAX_LINE_BYTES } from './logSettings.ts';
import type { LogStore, ReadBatch, ReadOptions, RunEnd, RunInfo, RunLogWriter, RunStart } from './logStore.ts';
import { recoverRuns } from './recoverRuns.ts';
import { applyRetention, removalText, storedBytes } from './retention.ts';
import { RunJournal } from './runJournal.ts';
import { RunLog, type RunLogHost } from './runLog.ts';
import { ThreadLogQueries } from './threadLogQueries.ts';

/** How often age limits are looked at, ms; size limits are looked at whenever a segment is full. */
const RETENTION_PERIOD_MS = 60 * 60 * 1000;

/**
 * Clocks of different processes' outputs differ by a few milliseconds, µs: output that seems older than what another
 * service wrote before gets that one's time, so that merged logs only ever grow at their end. A larger step is the user
 * setting the clock back, and is believed.
 */
const MAX_REORDER_US = 1_000_000;

/** What {@link createFileLogStore} works with. */
export interface FileLogStoreOptions {
  /** Holds one folder per service. */
  folder: string;
  clock: Clock;
  logger: Logger;
  /** Asked anew at each use, so that a change of settings acts at once. */
  settings?: () => Promise<LogSettings>;
  /** File of the thread that answers queries; without it they are answered in the thread of the caller. */
  worker?: URL | undefined;
  /** For tests: smaller files and lines. */
  limits?: { maxLineBytes?: number; segmentBytes?: number };
}

/** A log store on files. See `logFrame.ts` for the format; nothing is read or made before the first use. */
export function createFileLogStore(options: FileLogStoreOptions): FileLogStore {
  return new FileLogStore(options);
}

/** The folder of one service, opened. */
interface ServiceLogs {
  folder: string;
  journal: RunJournal;
}

export class FileLogStore implements LogStore, RunLogHost, LiveLogs {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onDidChangeRuns: LiveLogs['onDidChangeRuns'] = (listener) => this.runsChanged.event(listener);
  readonly onDidGrow: LiveLogs['onDidGrow'] = (listener) => this.grown.event(listener);

  private readonly grown = new Emitter<readonly string[]>();
  private readonly runsChanged = new Emitter<readonly string[]>();
  private readonly disposables = new DisposableStore();
  private readonly opened = new Map<string, Promise<ServiceLogs>>();
  private readonly active = new Map<string, Set<RunLog>>();
  private readonly newest = new Map<string, RunLog>();
  private readonly queries: LogQueries;
  private readonly retentionQueue = new SerialQueue();
  private retentionWaits = false;
  private closed = false;
  /** Time of the newest output taken in; records of earlier lives of the server may all be read. */
  private latestUs = Number.POSITIVE_INFINITY;
  private latest: RunLog | undefined;

  constructor(private readonly options: FileLogStoreOptions) {
    this.clock = options.clock;
    this.logger = options.logger;
    const { folder, logger, worker } = options;
    this.queries = worker ? new ThreadLogQueries(worker, folder, this, logger) : new LocalLogQueries(folder, this);
  }

  async startRun(start: RunStart): Promise<RunLogWriter> {
    const { service, ...facts } = start;
    const { folder, journal } = await this.open(service);
    const run = await journal.begin(facts);
    if (this.latestUs === Number.POSITIVE_INFINITY) this.latestUs = start.startedAt * 1000;
    const log = new RunLog(service, run, start.startedAt, folder, this, {
      maxLineBytes: this.options.limits?.maxLineBytes ?? MAX_LINE_BYTES,
      ...(this.options.limits?.segmentBytes ? { segmentBytes: this.options.limits.segmentBytes } : {}),
    });
    const logs = this.active.get(service) ?? new Set();
    this.active.set(service, logs.add(log));
    this.newest.set(service, log);
    for (const text of await journal.takeRemovals()) log.note(text, 'warn');
    this.runsChanged.fire([service]);
    return log;
  }

  async runs(service: string, limit: number): Promise<RunInfo[]> {
    if (!(await this.services()).includes(service)) return [];
    return (await this.open(service)).journal.runs(limit);
  }

  async services(): Promise<string[]> {
    return new LogCatalog(this.options.folder).services();
  }

  read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch> {
    return this.queries.read(options, signal);
  }

  count(query: LogQuery, signal: AbortSignal): Promise<number> {
    return this.queries.count(query, signal);
  }

  /** Serves log views on a socket until it closes; see shared/contract/logView.ts. */
  openViews(socket: LogViewSocket): void {
    this.queries.openViews(socket);
  }

  lastLines(service: string, count: number): string[] {
    return this.newest.get(service)?.lastLines(count) ?? [];
  }

  /** Adds a line that a service reported by OpenTelemetry to its newest run; false when none is open. */
  append(service: string, line: string): boolean {
    const log = this.newest.get(service);
    if (!log || !this.active.get(service)?.has(log)) return false;
    log.write('otlp', Buffer.from(`${line}\n`), this.clock.now() * 1000);
    return true;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.queries.close();
    const endedAt = this.clock.now();
    await Promise.all(
      [...this.active.values()].flatMap((logs) =>
        [...logs].map((log) => log.end({ endedAt, outcome: 'the server stopped', failed: false })),
      ),
    );
    await this.retentionQueue.idle();
    await Promise.all([...this.opened.values()].map(async (service) => (await service).journal.idle()));
  }

  dispose(): void {
    this.disposables.dispose();
    this.grown.dispose();
    this.runsChanged.dispose();
  }

  /** Looks at the limits now and then; the first time right away. */
  start(): void {
    this.disposables.add(this.clock.setInterval(() => this.scheduleRetention(), RETENTION_PERIOD_MS));
    this.scheduleRetention();
  }

  /** Applies the limits once; resolves when it is done. */
  applyLimits(): Promise<void> {
    return this.retentionQueue.run(() => this.removeOld());
  }

  /** Bytes that all logs take on disk. */
  async storedBytes(): Promise<number> {
    return storedBytes(this.options.folder, await this.services());
  }

  // What readers ask of the writing side.

  async flushed(services: readonly string[]): Promise<void> {
    // Opening puts in order what a crash left; only folders that exist are opened.
    const known = await this.services();
    for (const service of known) if (services.length === 0 || services.includes(service)) await this.open(service);
    await Promise.all(this.activeOf(services).map((log) => log.flush()));
  }

  state(services: readonly string[]): Promise<LiveState> {
    const logs = this.activeOf(services);
    return Promise.resolve({
      // Nothing that arrives later is older than what has arrived already.
      untilUs: Math.min(this.latestUs + 1, ...logs.map((log) => log.oldestUnwrittenUs)),
      active: logs.map((log) => runKey(log.service, log.run)),
      partials: logs.flatMap((log) =>
        log.partials().map((partial) => ({
          service: log.service,
          run: log.run,
          // Copied (Buffer's own slice is a view): a view takes the whole buffer along to another thread.
          partial: { ...partial, bytes: Uint8Array.prototype.slice.call(partial.bytes, 0, PARTIAL_BYTES) },
        })),
      ),
    });
  }

  async lastRun(service: string): Promise<number> {
    const newest = this.newest.get(service);
    if (newest) return newest.run;
    if (!(await this.services()).includes(service)) return 0;
    return (await this.open(service)).journal.lastRun;
  }

  // What the logs of runs tell.

  handleArrival(log: RunLog, timeUs: number): number {
    // Two runs never share a time: which of them came first would be lost.
    const earliestUs = log === this.latest ? this.latestUs : this.latestUs + 1;
    const isLate = timeUs < earliestUs && earliestUs - timeUs < MAX_REORDER_US;
    this.latest = log;
    this.latestUs = isLate ? earliestUs : timeUs;
    return this.latestUs;
  }

  handleGrowth(log: RunLog): void {
    this.grown.fire([log.service]);
  }

  handleSegmentFinished(_log: RunLog): void {
    this.scheduleRetention();
  }

  async handleFacts(log: RunLog, facts: { pid?: number; readyAt?: number } | RunEnd): Promise<void> {
    const { journal } = await this.open(log.service);
    await journal.add({ run: log.run, ...facts }).catch((error: unknown) => {
      this.logger.warn(`facts of run ${log.run} of ${log.service} were not stored: ${errorText(error)}`);
    });
    this.runsChanged.fire([log.service]);
  }

  handleEnd(log: RunLog): void {
    this.active.get(log.service)?.delete(log);
    this.grown.fire([log.service]);
  }

  private activeOf(services: readonly string[]): RunLog[] {
    const out: RunLog[] = [];
    for (const [service, logs] of this.active) {
      if (services.length === 0 || services.includes(service)) out.push(...logs);
    }
    return out;
  }

  private open(service: string): Promise<ServiceLogs> {
    let opened = this.opened.get(service);
    if (!opened) {
      opened = this.openFolder(service);
      this.opened.set(service, opened);
      // A failure (no permission, full disk) is tried again at the next use.
      opened.catch(() => this.opened.delete(service));
    }
    return opened;
  }

  private async openFolder(service: string): Promise<ServiceLogs> {
    const folder = join(this.options.folder, service);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const journal = new RunJournal(folder, service);
    await journal.load();
    const recovered = await recoverRuns(folder).catch((error: unknown) => {
      this.logger.warn(`the log files of ${service} could not be put in order: ${errorText(error)}`);
      return [];
    });
    const lastUs = new Map(recovered.map((run) => [run.run, run.lastUs]));
    for (const { run } of recovered) journal.reserve(run);
    for (const info of journal.runs(0)) {
      if (info.endedAt !== undefined) continue;
      const endedAt = Math.max(info.startedAt, Math.floor((lastUs.get(info.run) ?? 0) / 1000));
      await journal.add({ run: info.run, endedAt, outcome: 'unknown: the server ended first', failed: true });
    }
    return { folder, journal };
  }

  private scheduleRetention(): void {
    if (this.retentionWaits || this.closed) return;
    this.retentionWaits = true;
    void this.retentionQueue.run(async () => {
      this.retentionWaits = false;
      await this.removeOld().catch((error: unknown) => {
        this.logger.warn(`old log files could not be removed: ${errorText(error)}`);
      });
    });
  }

  private async removeOld(): Promise<void> {
    const settings = (await this.options.settings?.()) ?? logSettingsOf(defaultSettings.logs);
    const services = await this.services();
    const isActive = (service: string, run: number): boolean =>
      [...(this.active.get(service) ?? [])].some((log) => log.run === run);
    const removed = await applyRetention(this.options.folder, services, settings, this.clock.now(), isActive);
    for (const one of removed) {
      const text = removalText(one);
      this.logger.info(`${one.service}: ${text}`, { service: one.service, bytes: one.bytes });
      const active = [...(this.active.get(one.service) ?? [])];
      for (const log of active) log.note(text, 'warn');
      // Nobody writes into the log of a service that does not run: its next run says it.
      if (active.length === 0) await (await this.open(one.service)).journal.addRemoval(text);
      this.grown.fire([one.service]);
    }
  }
}
