import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { ActiveRuns } from './activeRuns.ts';
import { ArrivalTimes } from './arrivalTimes.ts';
import { type LiveLogs, type LiveState, PARTIAL_BYTES, runKey } from './liveLogs.ts';
import { LogLimits } from './logLimits.ts';
import { LocalLogQueries, type LogQueries } from './logQueries.ts';
import type { LogViewSocket } from './logViewSession.ts';
import { type LogSettings, MAX_LINE_BYTES } from './logSettings.ts';
import type { LogStore, ReadBatch, ReadOptions, RunEnd, RunInfo, RunLogWriter, RunStart } from './logStore.ts';
import { storedBytes } from './retention.ts';
import { RunLog, type RunLogHost } from './runLog.ts';
import { ServiceFolders } from './serviceFolders.ts';
import { ThreadLogQueries } from './threadLogQueries.ts';

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

export class FileLogStore implements LogStore, RunLogHost, LiveLogs {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onDidChangeRuns: LiveLogs['onDidChangeRuns'] = (listener) => this.runsChanged.event(listener);
  readonly onDidGrow: LiveLogs['onDidGrow'] = (listener) => this.grown.event(listener);

  private readonly grown = new Emitter<readonly string[]>();
  private readonly runsChanged = new Emitter<readonly string[]>();
  private readonly disposables = new DisposableStore();
  private readonly folders: ServiceFolders;
  private readonly limits: LogLimits;
  private readonly active = new ActiveRuns();
  private readonly arrivals: ArrivalTimes;
  private readonly queries: LogQueries;
  private closed = false;

  constructor(private readonly options: FileLogStoreOptions) {
    this.clock = options.clock;
    this.logger = options.logger;
    const { folder, clock, logger, settings, worker } = options;
    this.arrivals = new ArrivalTimes(clock);
    this.folders = new ServiceFolders(folder, logger);
    this.limits = new LogLimits({
      folders: this.folders,
      clock,
      logger,
      settings,
      active: (service) => this.active.of([service]),
      handleRemoved: (service) => this.grown.fire([service]),
    });
    this.queries = worker ? new ThreadLogQueries(worker, folder, this, logger) : new LocalLogQueries(folder, this);
  }

  async startRun(start: RunStart): Promise<RunLogWriter> {
    const { service, ...facts } = start;
    const { path, journal } = await this.folders.open(service);
    const run = await journal.begin(facts);
    this.arrivals.begin(start.startedAt);
    const log = new RunLog(service, run, start.startedAt, path, this, {
      maxLineBytes: this.options.limits?.maxLineBytes ?? MAX_LINE_BYTES,
      ...(this.options.limits?.segmentBytes ? { segmentBytes: this.options.limits.segmentBytes } : {}),
    });
    this.active.add(log);
    for (const text of await journal.takeRemovals()) log.note(text, 'warn');
    this.runsChanged.fire([service]);
    return log;
  }

  async runs(service: string, limit: number): Promise<RunInfo[]> {
    if (!(await this.services()).includes(service)) return [];
    return (await this.folders.open(service)).journal.runs(limit);
  }

  services(): Promise<string[]> {
    return this.folders.services();
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
    return this.active.newest(service)?.lastLines(count) ?? [];
  }

  /** Adds a line that a service reported by OpenTelemetry to its newest run; false when none is open. */
  append(service: string, line: string): boolean {
    const log = this.active.newest(service);
    if (!log || !this.active.has(log)) return false;
    log.write('otlp', Buffer.from(`${line}\n`), this.clock.now() * 1000);
    return true;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.limits.stop();
    await this.queries.close();
    const endedAt = this.clock.now();
    await Promise.all(
      this.active.of([]).map((log) => log.end({ endedAt, outcome: 'the server stopped', failed: false })),
    );
    await this.limits.idle();
    await this.folders.idle();
  }

  dispose(): void {
    this.disposables.dispose();
    this.grown.dispose();
    this.runsChanged.dispose();
  }

  /** Looks at the limits now and then; the first time right away. */
  start(): void {
    this.disposables.add(this.limits.start());
  }

  /** Applies the limits once; resolves when it is done. */
  applyLimits(): Promise<void> {
    return this.limits.apply();
  }

  /** Bytes that all logs take on disk. */
  async storedBytes(): Promise<number> {
    return storedBytes(this.options.folder, await this.services());
  }

  // What readers ask of the writing side.

  async flushed(services: readonly string[]): Promise<void> {
    // Opening puts in order what a crash left; only folders that exist are opened.
    const known = await this.services();
    for (const service of known)
      if (services.length === 0 || services.includes(service)) await this.folders.open(service);
    await Promise.all(this.active.of(services).map((log) => log.flush()));
  }

  state(services: readonly string[]): Promise<LiveState> {
    const logs = this.active.of(services);
    return Promise.resolve({
      // Nothing that arrives later is older than what has arrived already, whatever the clock does.
      untilUs: Math.min(this.arrivals.latestUs + 1, ...logs.map((log) => log.oldestUnwrittenUs)),
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
    const newest = this.active.newest(service);
    if (newest) return newest.run;
    if (!(await this.services()).includes(service)) return 0;
    return (await this.folders.open(service)).journal.lastRun;
  }

  // What the logs of runs tell.

  handleArrival(log: RunLog, timeUs: number, leastUs: number): number {
    return this.arrivals.take(log, timeUs, leastUs);
  }

  handleGrowth(log: RunLog): void {
    this.grown.fire([log.service]);
  }

  handleSegmentFinished(_log: RunLog): void {
    this.limits.scheduleLater();
  }

  async handleFacts(
    log: RunLog,
    facts: { startedAt?: number; pid?: number; readyAt?: number } | RunEnd,
  ): Promise<void> {
    await this.folders.addFacts(log.service, log.run, facts);
    this.runsChanged.fire([log.service]);
  }

  handleLost(log: RunLog, text: string): Promise<void> {
    return this.folders.addRemoval(log.service, text);
  }

  handleEnd(log: RunLog): void {
    this.active.end(log);
    this.grown.fire([log.service]);
  }
}
