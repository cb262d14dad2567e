import type { LogRunFacts, LogViewOpen, LogViewServerMessage } from '../../../shared/contract/logView.ts';
import { isAccessLog } from '../../../shared/contract/ownLogs.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText } from '../base/logger.ts';
import { type LiveLogs, type LivePartial, runKey } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import { RowMaker } from './rowMaker.ts';
import type { RunSource } from './runSource.ts';
import { type LogViewRequest, ViewAnswers } from './viewAnswers.ts';
import { markerOf, viewFilter } from './viewFilter.ts';
import { ViewReports } from './viewReports.ts';
import { ViewRows } from './viewRows.ts';

/** Time between two looks at growth, ms. */
const GROWTH_PERIOD_MS = 50;
/** While nobody follows only the number of new rows changes, which is told less often, ms. */
const PAUSED_PERIOD_MS = 200;
/** While older records are looked at, so much time passes between two looks at new ones, ms. */
const SCAN_SLICE_MS = 50;
/** Runs of each service whose facts are told. */
const MAX_RUNS_TOLD = 200;

/** One view of a session: keeps the rows of its query up to date and answers requests about them. */
export class LogView {
  private readonly rows: ViewRows;
  private readonly maker: RowMaker;
  private readonly answers: ViewAnswers;
  private readonly reports: ViewReports;
  private readonly stop = new AbortController();
  private readonly subscriptions: Disposable[] = [];
  /** Who waits for rows that are still being looked for. */
  private waiting: (() => void)[] = [];
  private partials: LivePartial[] = [];
  private grown = false;
  private wake: (() => void) | undefined;
  /** Ends the rest between two looks. */
  private hurry: (() => void) | undefined;
  private readonly firstRuns = new Map<string, number>();

  constructor(
    private readonly opening: LogViewOpen,
    private readonly live: LiveLogs,
    private readonly catalog: LogCatalog,
    private readonly send: (message: LogViewServerMessage) => void,
  ) {
    const { query } = opening;
    const filter = viewFilter(query);
    const { sinceUs, untilUs } = filter;
    this.rows = new ViewRows(filter, { sinceUs, untilUs, dividers: query.dividers ?? false });
    this.maker = new RowMaker(markerOf(filter));
    this.answers = new ViewAnswers(this.rows, this.maker, send, () => this.whenGrown());
    this.reports = new ViewReports(opening.view, this.rows, this.answers, send);
    this.reports.following = opening.follow;
  }

  start(): void {
    this.subscriptions.push(
      this.live.onDidGrow((services) => this.handleGrowth(services)),
      this.live.onDidChangeRuns((services) => {
        const own = services.filter((service) => this.concerns(service));
        if (own.length > 0) void this.sendRuns(own).catch(() => {});
        this.handleGrowth(services);
      }),
    );
    void this.run().catch((error: unknown) => {
      if (!this.stop.signal.aborted)
        this.send({ type: 'error', view: this.opening.view, code: 'internal.bug', message: errorText(error) });
    });
  }

  dispose(): void {
    this.stop.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.wake?.();
    this.hurry?.();
    this.tellWaiting();
  }

  follow(on: boolean): void {
    this.reports.following = on;
    this.hurry?.();
    this.handleGrowth(undefined);
  }

  handleAck(request: number | undefined): void {
    if (request !== undefined) {
      this.answers.handleAck(request);
      return;
    }
    this.reports.handleAck();
    this.handleGrowth(undefined);
  }

  async answer(message: LogViewRequest, signal: AbortSignal): Promise<void> {
    await this.answers.answer(message, signal);
  }

  private concerns(service: string): boolean {
    const { services } = this.opening.query;
    return services.length === 0 ? !isAccessLog(service) : services.includes(service);
  }

  private handleGrowth(services: readonly string[] | undefined): void {
    if (services && !services.some((service) => this.concerns(service))) return;
    this.grown = true;
    this.wake?.();
  }

  private whenGrown(): Promise<void> {
    if (this.stop.signal.aborted) return Promise.reject(new Error('the view was closed'));
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private tellWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private async run(): Promise<void> {
    const { services } = this.opening.query;
    const { signal } = this.stop;
    await this.live.flushed(services);
    await this.sendRuns(services.length > 0 ? services : await this.catalog.everyService());
    await this.update();
    while (!signal.aborted) {
      this.reports.sendExtent();
      await this.reports.sendLive(this.partials, signal);
      await this.scanOrWait();
      if (this.grown) await this.update();
    }
  }

  private async update(): Promise<void> {
    this.grown = false;
    const { services } = this.opening.query;
    // What is on disk by now is asked for first, and the disk looked at afterwards.
    const state = await this.live.state(services);
    const active = new Set(state.active);
    const isActive = ({ service, run }: RunSource): boolean => active.has(runKey(service, run));
    await this.rows.update(await this.sources(), state.untilUs, isActive, Date.now() * 1000);
    this.partials = state.partials;
  }

  private async scanOrWait(): Promise<void> {
    const { signal } = this.stop;
    if (!this.rows.isComplete) {
      const endMs = performance.now() + SCAN_SLICE_MS;
      while (!signal.aborted && performance.now() < endMs && (await this.rows.scanBack()));
      this.tellWaiting();
      return;
    }
    this.tellWaiting();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.reports.following ? GROWTH_PERIOD_MS : PAUSED_PERIOD_MS);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.hurry = undefined;
    if (this.grown || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = undefined;
  }

  private async sources(): Promise<RunSource[]> {
    const { query } = this.opening;
    const services = query.services.length > 0 ? query.services : await this.catalog.everyService();
    const out: RunSource[] = [];
    for (const service of services) {
      let first = this.firstRuns.get(service) ?? 0;
      if (query.run === -1 && !this.firstRuns.has(service)) {
        first = await this.live.lastRun(service);
        this.firstRuns.set(service, first);
      }
      for (const source of await this.catalog.sources(service)) {
        if ((query.run ?? 0) > 0 ? source.run === query.run : source.run >= first) out.push(source);
      }
    }
    return out;
  }

  private async sendRuns(services: readonly string[]): Promise<void> {
    const runs: { service: string; run: number; facts: LogRunFacts }[] = [];
    for (const service of services) {
      for (const { run, service: _, ...facts } of await this.live.runs(service, MAX_RUNS_TOLD)) {
        this.maker.facts.set(runKey(service, run), facts);
        runs.push({ service, run, facts });
      }
    }
    if (runs.length > 0 && !this.stop.signal.aborted) this.send({ type: 'runs', view: this.opening.view, runs });
  }
}
