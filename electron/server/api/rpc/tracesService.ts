import { create } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type LogQuery, LogQuerySchema, type LogRecord } from '../../../../shared/contract/gen/logs_pb.ts';
import {
  type ListTracesRequest,
  type ListTracesResponse,
  ListTracesResponseSchema,
  MetricSchema,
  SpanSchema,
  Traces,
  type TraceSummary,
  TraceSummarySchema,
} from '../../../../shared/contract/gen/traces_pb.ts';
import { Deferred } from '../../base/async.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { LogStore } from '../../logs/logStore.ts';
import type { MetricBoard } from '../../traces/metricBoard.ts';
import type { TraceFacts } from '../../traces/span.ts';
import type { TraceFilter } from '../../traces/traceFilter.ts';
import type { StoredTrace, TraceStore } from '../../traces/traceStore.ts';

/** Traces that one answer holds when the client does not say. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Log lines of a trace that one answer holds when the client does not say. */
const DEFAULT_LINES = 200;
const MAX_LINES = 1000;

/** ms that changes are gathered before they are sent. */
const GATHER_MS = 400;

/** ms around a trace in which its services' lines count as its own when none names it: a line may be written a bit late. */
const MARGIN_MS = 20;

/** ms around a trace in which lines that name it are looked for. */
const SEARCH_MARGIN_MS = 60_000;

/** Collaborators of {@link tracesService}. */
export interface TracesServiceOptions {
  traces: Pick<TraceStore, 'list' | 'facts' | 'get' | 'withPrefix' | 'onDidChange'>;
  metrics: Pick<MetricBoard, 'metrics'>;
  logs: Pick<LogStore, 'read' | 'services'>;
  clock: Clock;
}

/** Serves `desktop.Traces`. */
export function tracesService(router: ConnectRouter, options: TracesServiceOptions): void {
  const { traces, logs } = options;
  router.service(Traces, {
    async listTraces(request) {
      return { traces: (await traces.list(filterOf(request), limitOf(request))).map(summaryOf) };
    },
    watchTraces: (request, { signal }) => watchTraces(options, request, signal),
    async getTrace({ traceId }) {
      const { facts, spans, leftOut } = await traceOf(traces, traceId);
      return { summary: summaryOf(facts), spans: spans.map((span) => create(SpanSchema, span)), leftOut };
    },
    async traceLogs(request, { signal }) {
      const { facts } = await traceOf(traces, request.traceId);
      const limit = Math.min(MAX_LINES, request.limit > 0 ? request.limit : DEFAULT_LINES);
      const known = await logs.services();
      const services = facts.services.filter((service) => known.includes(service));
      for (const foundBy of ['id', 'time'] as const) {
        const query = logQueryOf(facts, services, foundBy);
        const records = services.length === 0 ? [] : await readAll(logs, query, limit, signal);
        if (records.length > 0 || foundBy === 'time') return { records, foundBy, query };
      }
      return {};
    },
    metrics: ({ service }) => ({
      metrics: options.metrics.metrics(service).map((metric) => create(MetricSchema, metric)),
    }),
  });
}

async function* watchTraces(
  { traces, clock }: TracesServiceOptions,
  request: ListTracesRequest,
  signal: AbortSignal,
): AsyncGenerator<ListTracesResponse> {
  const filter = filterOf(request);
  const limit = limitOf(request);
  let changed = new Set<string>();
  let skipped = 0;
  let wake = new Deferred<void>();
  const stop = (): void => wake.resolve();
  const subscription = traces.onDidChange((ids) => {
    for (const id of ids) {
      if (changed.size < limit) changed.add(id);
      else skipped++;
    }
    wake.resolve();
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield create(ListTracesResponseSchema, { traces: (await traces.list(filter, limit)).map(summaryOf) });
    while (!signal.aborted) {
      if (changed.size === 0) {
        wake = new Deferred<void>();
        await wake.promise;
        await sleep(clock, GATHER_MS, signal).catch(() => {});
        continue;
      }
      const found = traces.facts(changed, filter);
      const answer = create(ListTracesResponseSchema, { traces: found.map(summaryOf), skipped });
      changed = new Set();
      skipped = 0;
      if (found.length > 0) yield answer;
    }
  } finally {
    subscription.dispose();
    signal.removeEventListener('abort', stop);
  }
}

async function traceOf(traces: TracesServiceOptions['traces'], id: string): Promise<StoredTrace> {
  const digits = id.trim().toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(digits)) {
    throw new MicroError('api.invalid', `"${id}" is not the id of a trace`, { next: 'it has up to 32 hex digits' });
  }
  const found = digits.length === 32 ? [digits] : await traces.withPrefix(digits, 2);
  if (found.length > 1) {
    throw new MicroError('api.invalid', `several traces begin with "${digits}"`, { next: 'give more digits' });
  }
  const trace = found[0] === undefined ? undefined : await traces.get(found[0]);
  if (trace) return trace;
  throw new MicroError('traces.not-found', `there is no trace "${digits}"`, {
    next: 'list those that are kept with: micro trace',
  });
}

function filterOf(request: ListTracesRequest): TraceFilter {
  const { services, status, minDurationMs, maxDurationMs, text, since, until, untilTraceId } = request;
  if (!['', 'ok', 'error'].includes(status)) {
    throw new MicroError('api.invalid', `there is no status "${status}" of traces`, { next: 'use ok or error' });
  }
  return { services, status, minDurationMs, maxDurationMs, text, since, until, untilTraceId };
}

function limitOf({ limit }: ListTracesRequest): number {
  return Math.min(MAX_LIMIT, limit > 0 ? limit : DEFAULT_LIMIT);
}

function summaryOf(facts: TraceFacts): TraceSummary {
  return create(TraceSummarySchema, facts);
}

function logQueryOf(facts: TraceFacts, services: string[], foundBy: 'id' | 'time'): LogQuery {
  const marginMs = foundBy === 'id' ? SEARCH_MARGIN_MS : MARGIN_MS;
  return create(LogQuerySchema, {
    services,
    sinceUs: Math.floor((facts.startedAt - marginMs) * 1000),
    untilUs: Math.ceil((facts.startedAt + facts.durationMs + marginMs) * 1000),
    ...(foundBy === 'id' ? { text: facts.traceId } : {}),
  });
}

async function readAll(
  logs: Pick<LogStore, 'read'>,
  query: LogQuery,
  limit: number,
  signal: AbortSignal,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of logs.read({ query, tail: 0, follow: false, limit }, signal)) records.push(...batch.records);
  return records;
}
