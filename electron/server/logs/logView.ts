import {
  type LogRunFacts,
  type LogViewOpen,
  type LogViewServerMessage,
  ROW_TEXT_CHARS,
} from '../../../shared/contract/logView.ts';
import { isAccessLog } from '../../../shared/contract/ownLogs.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText } from '../base/logger.ts';
import { escapeRegex, linearRegex } from './linearRegex.ts';
import { type LiveLogs, type LivePartial, runKey } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import { partialText } from './partialText.ts';
import type { RecordFilterQuery } from './recordFilter.ts';
import { RowMaker } from './rowMaker.ts';
import type { RunSource } from './runSource.ts';
import { type LogViewRequest, ViewAnswers } from './viewAnswers.ts';
import { ViewRows } from './viewRows.ts';

/** Time between two looks at growth, and between two messages about it, ms. */
const GROWTH_PERIOD_MS = 50;
const EXTENT_PERIOD_MS = 100;
/** While nobody follows only the number of new rows changes, which is told less often, ms. */
const PAUSED_PERIOD_MS = 200;
/** While older records are looked at, so much time passes between two looks at new ones, ms. */
const SCAN_SLICE_MS = 50;
/** Rows of a live message at most: two tall screens. */
const LIVE_ROWS = 200;
/** Runs of each service whose facts are told. */
const MAX_RUNS_TOLD = 200;

/** One view of a session: keeps the rows of its query up to date and answers requests about them. */
export class LogView {
  private readonly rows: ViewRows;
  private readonly maker: RowMaker;
  private readonly answers: ViewAnswers;
  private readonly stop = new AbortController();
  private readonly subscriptions: Disposable[] = [];
  /** Who waits for rows that are still being looked for. */
  private waiting: (() => void)[] = [];
  private partials: LivePartial[] = [];
  private following: boolean;
  /** A live message is on its way or not drawn yet: the window says when it wants the next one. */
  private isUnacknowledged = false;
  /** It was told that everything stored has been looked at. */
  private toldComplete = false;
  private grown = false;
  private wake: (() => void) | undefined;
  /** Ends the rest between two looks. */
  private hurry: (() => void) | undefined;
  private lastExtentMs = Number.NEGATIVE_INFINITY;
  private sentExtent = '';
  private sentLive = '';
  private readonly firstRuns = new Map<string, number>();

  constructor(
    private readonly opening: LogViewOpen,
    private readonly live: LiveLogs,
    private readonly catalog: LogCatalog,
    private readonly send: (message: LogViewServerMessage) => void,
  ) {
    const { query } = opening;
    const filter: RecordFilterQuery = {
      sinceUs: query.sinceUs ?? 0,
      untilUs: query.untilUs ?? 0,
      levels: query.levels ?? [],
      stream: '',
      streams: query.streams ?? [],
      text: query.text ?? '',
      regex: query.regex ?? '',
      caseSensitive: query.caseSensitive ?? false,
    };
    const { sinceUs, untilUs } = filter;
    this.rows = new ViewRows(filter, { sinceUs, untilUs, dividers: query.dividers ?? false });
    this.maker = new RowMaker(markerOf(filter));
    this.answers = new ViewAnswers(this.rows, this.maker, send, () => this.whenGrown());
    this.following = opening.follow;
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
    this.following = on;
    this.hurry?.();
    this.handleGrowth(undefined);
  }

  handleAck(request: number | undefined): void {
    if (request !== undefined) {
      this.answers.handleAck(request);
      return;
    }
    this.isUnacknowledged = false;
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
      this.sendExtent();
      await this.sendLive();
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
      const timer = setTimeout(resolve, this.following ? GROWTH_PERIOD_MS : PAUSED_PERIOD_MS);
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

  private sendExtent(): void {
    const nowMs = performance.now();
    const { first, end, scanned, total, isComplete: complete } = this.rows;
    // Live messages say the same, and each message is a picture to draw.
    if (this.following && this.toldComplete && complete) return;
    this.toldComplete = complete;
    const state = `${first}:${end}:${complete}`;
    if (state === this.sentExtent || (!complete && nowMs - this.lastExtentMs < EXTENT_PERIOD_MS)) return;
    this.lastExtentMs = nowMs;
    this.sentExtent = state;
    this.send({ type: 'extent', view: this.opening.view, first, end, scanned, total, complete });
  }

  private async sendLive(): Promise<void> {
    if (!this.following || this.isUnacknowledged) return;
    const { first, end } = this.rows;
    const partials = this.partials.map(({ service, run, partial }) => ({
      timeUs: partial.timeUs,
      service,
      run,
      line: partial.line,
      stream: partial.stream,
      text: partialText(partial.bytes).slice(0, ROW_TEXT_CHARS),
    }));
    const state = `${first}:${end}:${JSON.stringify(partials)}`;
    if (state === this.sentLive) return;
    this.sentLive = state;
    const rows = await this.answers.read(Math.max(first, end - LIVE_ROWS), end, this.stop.signal);
    this.isUnacknowledged = true;
    this.send({ type: 'live', view: this.opening.view, first, end, rows, partials });
  }
}

/** Finds every place in a line that the query's text or pattern fits. */
function markerOf(query: RecordFilterQuery): RegExp | undefined {
  const { regex, text, caseSensitive } = query;
  if (regex) return linearRegex(regex, { caseSensitive, global: true });
  return text ? new RegExp(escapeRegex(text), caseSensitive ? 'gs' : 'gis') : undefined;
}
