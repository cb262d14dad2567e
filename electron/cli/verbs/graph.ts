import { kindWord, statusWord } from '../../../shared/client/serviceWords.ts';
import type { GraphEdge, GraphNode, GraphResponse } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { formatLatency } from '../callText.ts';
import type { CliContext } from '../context.ts';
import { exitCode } from '../exitCode.ts';
import { addExamples } from '../program.ts';
import { type Column, renderTable } from '../table.ts';
import { usageError } from '../usageError.ts';
import type { Verb } from '../verb.ts';

/** `micro graph`: who calls whom, declared and seen, with figures since the server started. */
export const graphVerb: Verb = {
  configure(command) {
    command.option('--core', 'also the calls to micro itself (store, config, events, …)');
    command.option('--mermaid', 'as a diagram for Markdown (https://mermaid.js.org)');
    addExamples(command, [
      ['micro graph', 'who calls whom, who publishes and consumes what, how often, how long it takes'],
      ['micro graph --core', 'who looks into store, config and events as well'],
      ['micro graph --mermaid > graph.mmd', 'a diagram'],
      [
        'micro graph --json',
        '{"nodes":[…],"edges":[{"from","to","kind","declared","calls","errors","p50Ms","p95Ms"}]}',
      ],
    ]);
  },
  async run(context, _args, options) {
    if (context.json && options.mermaid === true)
      throw usageError('--json and --mermaid are two forms of the same graph', 'use one of them');
    const { client } = await context.connect();
    const all = await client.desktop.graph({}, { signal: context.signal });
    const graph = options.core === true ? all : withoutCore(all);
    if (context.json) context.out.json(toJson(graph));
    else if (options.mermaid === true) for (const line of toMermaid(graph)) context.out.line(line);
    else print(context, graph);
    return exitCode.fine;
  },
};

type Shown = Pick<GraphResponse, 'nodes' | 'edges'>;

function withoutCore({ nodes, edges }: GraphResponse): Shown {
  const core = new Set(nodes.filter(({ kind }) => kind === Kind.CORE).map(({ name }) => name));
  return { nodes: nodes.filter(({ name }) => !core.has(name)), edges: edges.filter(({ to }) => !core.has(to)) };
}

function toJson({ nodes, edges }: Shown): unknown {
  return {
    nodes: nodes.map((node) => ({ name: node.name, kind: kindOf(node), status: statusWord(node.status) })),
    edges: edges.map(({ from, to, kind, declared, calls, errors, p50Ms, p95Ms }) => ({
      from,
      to,
      kind,
      declared,
      calls,
      errors,
      p50Ms: rounded(p50Ms),
      p95Ms: rounded(p95Ms),
    })),
  };
}

/** The callers that are no services are a node without a kind of service. */
function kindOf({ kind, name }: GraphNode): string {
  return kind === Kind.UNSPECIFIED ? name : kindWord(kind);
}

/** Latencies are known to two percent; more digits than µs would only pretend. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function print(context: CliContext, { nodes, edges }: Shown): void {
  if (edges.length === 0) {
    context.say(nodes.length === 0 ? 'no services' : 'no service depends on another, and no call was seen');
    return;
  }
  const { colours } = context.out;
  const columns: Column<GraphEdge>[] = [
    { title: 'FROM', text: ({ from }) => nodeText(from) },
    { title: 'TO', text: ({ to }) => nodeText(to), colour: (text) => colours.bold(text) },
    { title: 'CALLS', text: ({ calls }) => `${calls}`, align: 'right' },
    {
      title: 'ERRORS',
      text: ({ errors }) => `${errors}`,
      colour: (text, { errors }) => (errors > 0 ? colours.red(text) : text),
      align: 'right',
    },
    {
      title: 'P50',
      text: ({ calls, kind, p50Ms }) => (calls > 0 && kind === 'call' ? formatLatency(p50Ms) : '-'),
      align: 'right',
    },
    {
      title: 'P95',
      text: ({ calls, kind, p95Ms }) => (calls > 0 && kind === 'call' ? formatLatency(p95Ms) : '-'),
      align: 'right',
    },
    {
      title: 'DECLARED',
      text: ({ declared }) => (declared ? 'yes' : 'no'),
      colour: (text) => colours.dim(text),
    },
  ];
  const sorted = [...edges].sort((a, b) => (`${a.from}\n${a.to}` < `${b.from}\n${b.to}` ? -1 : 1));
  for (const line of renderTable(columns, sorted, colours.dim)) context.out.line(line);
}

/** A node as people read it. */
function nodeText(name: string): string {
  const topic = topicOf(name);
  return topic === undefined ? name : `topic ${topic}`;
}

/** Topics have round ends, core services double sides: they are told apart from services without colour. */
function mermaidNode({ kind, name }: GraphNode): string {
  const text = nodeText(name).replaceAll('"', '#quot;');
  if (kind === Kind.TOPIC) return `(["${text}"])`;
  if (kind === Kind.CORE) return `[["${text}"]]`;
  return `["${text}"]`;
}

/** A Mermaid flowchart; edges that were never used are dotted. Ids are numbers, since names such as `end` are words of Mermaid. */
function toMermaid({ nodes, edges }: Shown): string[] {
  const ids = new Map(nodes.map((node, index) => [node.name, `n${index}`]));
  return [
    'graph LR',
    ...nodes.map((node) => `  ${ids.get(node.name)}${mermaidNode(node)}`),
    ...edges.map(({ from, to, kind, calls, errors }) => {
      const what = kind === 'call' ? 'call' : 'event';
      const words = `${calls} ${calls === 1 ? what : `${what}s`}${errors > 0 ? `, ${errors} failed` : ''}`;
      const line = kind === 'call' ? `-->|"${words}"|` : `-.->|"${words}"|`;
      return `  ${ids.get(from)} ${calls > 0 ? line : '-.->'} ${ids.get(to)}`;
    }),
  ];
}
