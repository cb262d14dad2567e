import { create } from '@bufbuild/protobuf';
import {
  type GetTraceResponse,
  type ListTracesRequest,
  ListTracesRequestSchema,
  type TraceLogsResponse,
  type TraceSummary,
} from '../../../shared/contract/gen/traces_pb.ts';
import { clockTime, formatLatency } from '../callText.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { LogPrinter } from '../logPrinter.ts';
import { parseSpan, parseTime } from '../parseTime.ts';
import { addExamples } from '../program.ts';
import { type Column, renderTable } from '../table.ts';
import { spanJson, traceJson, waterfall } from '../traceText.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** Traces shown when no number is asked for. */
const DEFAULT_TRACES = 20;

/** Traces asked for at once; no server sends more in one answer. */
const PAGE_TRACES = 1000;

/** Digits of an id that are shown; they are unique in any list that a person reads. */
const SHOWN_DIGITS = 12;

/** `micro trace`: the last traces, or one as a waterfall with its log lines. */
export const traceVerb: Verb = {
  configure(command) {
    command
      .argument('[id]', 'id of a trace, or its first digits (default: list the last traces)')
      .option('-n, --lines <n>', `how many traces (default: ${DEFAULT_TRACES})`)
      .option('--service <name...>', 'only traces that touch one of these services')
      .option('--errors', 'only traces with an error')
      .option('--min <span>', 'only traces that took at least so long, e.g. 200ms')
      .option('--since <time>', 'only traces begun since then: 5m, 12:03, 2026-01-31T12:03:04Z')
      .option('--grep <text>', 'only traces with this text in the name of a span, a service or an error')
      .option('--logs', 'with an id: the log lines of the trace as well');
    addExamples(command, [
      ['micro trace', 'the last traces'],
      ['micro trace --errors --since 10m', 'what failed in the last ten minutes'],
      ['micro trace --service orders --min 200ms', 'slow ones through a service'],
      ['micro trace 4bf92f3577b3 --logs', 'one, span by span, with its log lines'],
      ['micro trace --json', '{"traces":[{"traceId","service","name","startedAt","durationMs",…}]}'],
    ]);
  },
  async run(context, [id], options) {
    if (id === undefined) return list(context, options);
    const { client } = await context.connect();
    const call = { signal: context.signal };
    const trace = await client.traces.getTrace({ traceId: id }, call);
    const logs =
      options.logs === true
        ? await client.traces.traceLogs({ traceId: trace.summary?.traceId ?? id }, call)
        : undefined;
    if (context.json) context.out.json(oneJson(trace, logs));
    else printOne(context, trace, logs);
    return exitCode.fine;
  },
};

async function list(context: CliContext, options: Record<string, unknown>) {
  const request = requestOf(options);
  const { client } = await context.connect();
  const traces = await pagesOf(client, request, context.signal);
  if (context.json) {
    context.out.json({ traces: traces.map(traceJson) });
    return exitCode.fine;
  }
  if (traces.length === 0) {
    for (const line of wordsForNone(options)) context.say(line);
    return exitCode.fine;
  }
  const { colours } = context.out;
  const columns: Column<TraceSummary>[] = [
    { title: 'TRACE', text: ({ traceId }) => traceId.slice(0, SHOWN_DIGITS) },
    { title: 'TIME', text: ({ startedAt }) => clockTime(startedAt), colour: (text) => colours.dim(text) },
    { title: 'SERVICE', text: ({ service }) => service, colour: (text) => colours.bold(text) },
    { title: 'NAME', text: ({ name }) => name },
    { title: 'TOOK', text: ({ durationMs }) => formatLatency(durationMs), align: 'right' },
    { title: 'SPANS', text: ({ spans }) => `${spans}`, align: 'right' },
    {
      title: 'ERRORS',
      text: ({ errors }) => `${errors}`,
      colour: (text, { errors }) => (errors > 0 ? colours.red(text) : text),
      align: 'right',
    },
    { title: 'THROUGH', text: ({ services }) => services.join(', '), colour: (text) => colours.dim(text) },
  ];
  for (const line of renderTable(columns, traces, colours.dim)) context.out.line(line);
  return exitCode.fine;
}

/** As many traces as are asked for, page by page: one answer has no more than its server likes. */
async function pagesOf(
  client: Awaited<ReturnType<CliContext['connect']>>['client'],
  request: ListTracesRequest,
  signal: AbortSignal,
): Promise<TraceSummary[]> {
  const found: TraceSummary[] = [];
  while (found.length < request.limit) {
    const last = found.at(-1);
    const limit = Math.min(PAGE_TRACES, request.limit - found.length);
    const behind = last ? { until: last.startedAt, untilTraceId: last.traceId } : {};
    const { traces } = await client.traces.listTraces({ ...request, limit, ...behind }, { signal });
    found.push(...traces);
    if (traces.length < limit) break;
  }
  return found;
}

/** What to say when the list is empty: that there are none yet, or that none is as it was asked for. */
function wordsForNone({ service, errors, min, since, grep }: Record<string, unknown>): readonly string[] {
  const isNarrowed = errors === true || [service, min, since, grep].some((option) => option !== undefined);
  return isNarrowed
    ? ['no trace matches', 'without options all that are kept are listed: micro trace']
    : ['no traces', 'every request through the gateway makes one: try a call, then again'];
}

function requestOf(options: Record<string, unknown>): ListTracesRequest {
  const lines = options.lines === undefined ? DEFAULT_TRACES : Number(options.lines);
  if (!Number.isInteger(lines) || lines < 1)
    throw usageError(`-n "${String(options.lines)}" is not a number of traces`, 'use a whole number from 1');
  return create(ListTracesRequestSchema, {
    limit: lines,
    services: (options.service as string[] | undefined) ?? [],
    status: options.errors === true ? 'error' : '',
    minDurationMs: typeof options.min === 'string' ? parseSpan('min', options.min) : 0,
    since: typeof options.since === 'string' ? parseTime('since', options.since, Date.now()) : 0,
    text: typeof options.grep === 'string' ? options.grep : '',
  });
}

function oneJson({ summary, spans, leftOut }: GetTraceResponse, logs: TraceLogsResponse | undefined): unknown {
  return {
    ...(summary ? traceJson(summary) : {}),
    spans: spans.map(spanJson),
    leftOut,
    ...(logs
      ? {
          logs: logs.records.map(({ timeUs, service, level, text }) => ({
            time: new Date(timeUs / 1000).toISOString(),
            service,
            level,
            text,
          })),
          logsFoundBy: logs.foundBy,
        }
      : {}),
  };
}

function printOne(context: CliContext, trace: GetTraceResponse, logs: TraceLogsResponse | undefined): void {
  const { colours } = context.out;
  const { summary, spans, leftOut } = trace;
  if (!summary) return;
  context.out.line(`${colours.dim('trace')} ${summary.traceId}`);
  context.out.line(
    `${new Date(summary.startedAt).toISOString()}  ${formatLatency(summary.durationMs)}  ${summary.spans} spans` +
      (summary.errors > 0 ? colours.red(`  ${summary.errors} with errors`) : ''),
  );
  context.out.line('');
  for (const line of waterfall(spans, colours)) context.out.line(line);
  if (leftOut > 0) context.out.line(colours.dim(`and ${leftOut} more spans`));
  if (!logs) return;
  context.out.line('');
  const how = logs.foundBy === 'id' ? 'lines that name the trace' : 'lines of its services meanwhile';
  context.out.line(colours.dim(logs.records.length === 0 ? 'no log lines' : how));
  const target = { write: (text: string) => context.out.write(text), colours, isTerminal: false };
  const printer = new LogPrinter(target, { json: false, names: summary.services, times: true }, false);
  for (const record of logs.records) printer.print(record);
  printer.finish();
}
