import type { GraphNode } from '../../../shared/contract/gen/graph_pb.ts';
import type { Usage } from '../../../shared/contract/gen/usage_pb.ts';
import { MicroError } from '../../../shared/contract/errors.ts';
import { formatLatency, formatRate, formatShare } from '../callText.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { parseSpan } from '../parseTime.ts';
import { addExamples } from '../program.ts';
import { type Column, renderTable } from '../table.ts';
import type { Verb } from '../verb.ts';
import { printUsageHistory } from './usageHistory.ts';

/** What figures are about when the command line does not say. */
const DEFAULT_WINDOW = '1m';

interface Row {
  node: GraphNode;
  /** Undefined for what does not run. */
  usage: Usage | undefined;
}

/** `micro stats`: calls that each service got, and the memory it takes. */
export const statsVerb: Verb = {
  configure(command) {
    command
      .argument('[names...]', 'names of services (default: all)')
      .option('--window <span>', 'rates and latencies of so long up to now, at most 5m', DEFAULT_WINDOW)
      .option(
        '--history',
        'CPU, memory, threads and ports of one service over the last hour, as far as they were watched',
      );
    addExamples(command, [
      ['micro stats', 'every service, figures of the last minute'],
      ['micro stats orders --window 5m', 'one service over five minutes'],
      ['micro stats orders --history', 'what orders used, every 10 s, while a window was open'],
      ['micro stats --json', '{"services":[{"name","calls","errors","rate","p50Ms",…}]}'],
    ]);
  },
  async run(context, args, options) {
    if (options.history) {
      const [service] = args;
      if (service === undefined || args.length > 1) {
        throw new MicroError('api.invalid', '--history shows one service', {
          next: 'name it: micro stats orders --history',
        });
      }
      await printUsageHistory(context, service);
      return exitCode.fine;
    }
    const windowMs = parseSpan('window', String(options.window));
    const { client } = await context.connect();
    const { nodes } = await client.desktop.graph({ windowMs }, { signal: context.signal });
    for (const name of args) requireNode(nodes, name);
    const usages = new Map((await firstUsage(context)).map((usage) => [usage.service, usage]));
    const rows = nodes
      .filter(({ name, status }) => (args.length > 0 ? args.includes(name) : status !== 0))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((node) => ({ node, usage: usages.get(node.name) }));
    if (context.json) context.out.json({ services: rows.map(toJson) });
    else print(context, rows);
    return exitCode.fine;
  },
};

async function firstUsage(context: CliContext): Promise<Usage[]> {
  const { client } = await context.connect();
  for await (const { services } of client.desktop.watchUsage({}, { signal: context.signal })) return services;
  return [];
}

function requireNode(nodes: readonly GraphNode[], name: string): void {
  if (nodes.some((node) => node.name === name)) return;
  throw new MicroError('service.not-found', `there is no service "${name}"`, {
    next: 'list them with: micro services',
  });
}

function toJson({ node, usage }: Row): unknown {
  const { name, calls, errors, rate, errorShare, p50Ms, p95Ms, p99Ms, lastAt } = node;
  return {
    name,
    calls,
    errors,
    rate,
    errorShare,
    p50Ms,
    p95Ms,
    p99Ms,
    lastAt: lastAt > 0 ? new Date(lastAt).toISOString() : null,
    memoryBytes: usage?.memoryBytes ?? 0,
    processes: usage?.processes ?? 0,
  };
}

function print(context: CliContext, rows: readonly Row[]): void {
  if (rows.length === 0) {
    context.say('no services');
    return;
  }
  const { colours } = context.out;
  const figure = (title: string, text: (node: GraphNode) => string): Column<Row> => ({
    title,
    text: ({ node }) => (node.rate > 0 ? text(node) : '-'),
    align: 'right',
  });
  const columns: Column<Row>[] = [
    { title: 'NAME', text: ({ node }) => node.name, colour: (text) => colours.bold(text) },
    { title: 'CALLS', text: ({ node }) => `${node.calls}`, align: 'right' },
    {
      title: 'ERRORS',
      text: ({ node }) => `${node.errors}`,
      colour: (text, { node }) => (node.errors > 0 ? colours.red(text) : text),
      align: 'right',
    },
    figure('RATE', ({ rate }) => formatRate(rate)),
    figure('FAILED', ({ errorShare }) => formatShare(errorShare)),
    figure('P50', ({ p50Ms }) => formatLatency(p50Ms)),
    figure('P95', ({ p95Ms }) => formatLatency(p95Ms)),
    figure('P99', ({ p99Ms }) => formatLatency(p99Ms)),
    {
      title: 'MEMORY',
      text: ({ usage }) => (usage ? `${Math.round(usage.memoryBytes / 1024 / 1024)} MB` : '-'),
      align: 'right',
    },
  ];
  for (const line of renderTable(columns, rows, colours.dim)) context.out.line(line);
}
