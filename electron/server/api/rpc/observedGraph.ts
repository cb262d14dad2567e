import { create } from '@bufbuild/protobuf';
import {
  type GraphEdge,
  GraphEdgeSchema,
  type GraphNode,
  GraphNodeSchema,
  type GraphResponse,
  GraphResponseSchema,
} from '../../../../shared/contract/gen/graph_pb.ts';
import { Kind } from '../../../../shared/contract/gen/state_pb.ts';
import { topicNode } from '../../../../shared/lib/topicNodes.ts';
import type { FlowFigures } from '../../events/topicFlows.ts';
import { OUTSIDE } from '../../traffic/call.ts';
import type { CallFigures, CallStats } from '../../traffic/callStats.ts';

/**
 * The declared graph with what was seen: figures on its edges and nodes, edges that nobody declared, and a node for the
 * callers that are no services, for each topic that services publish on or consume, and for each service of micro itself that
 * they call. Calls of services that are not known any more are left out.
 */
export function observedGraph(
  declared: GraphResponse,
  stats: Pick<CallStats, 'byEdge' | 'byService'>,
  windowMs: number,
  { flows = [], isCore = () => false }: { flows?: readonly FlowFigures[]; isCore?: (name: string) => boolean } = {},
): GraphResponse {
  const byService = stats.byService(windowMs);
  const nodes = new Map<string, GraphNode>();
  for (const node of declared.nodes) {
    const figures = byService.get(node.name);
    nodes.set(node.name, figures ? create(GraphNodeSchema, { ...node, ...wire(figures) }) : node);
  }
  const edges = new Map<string, GraphEdge>();
  for (const edge of declared.edges) edges.set(`${edge.from}\n${edge.to}`, edge);
  for (const figures of stats.byEdge(windowMs)) {
    const { from, to } = figures;
    if (!nodes.has(to) && isCore(to)) {
      const seen = byService.get(to);
      nodes.set(to, create(GraphNodeSchema, { name: to, kind: Kind.CORE, ...(seen && wire(seen)) }));
    }
    if (!nodes.has(to) || (from !== OUTSIDE && !nodes.has(from))) continue;
    if (from === OUTSIDE && !nodes.has(from)) nodes.set(from, create(GraphNodeSchema, { name: from }));
    const key = `${from}\n${to}`;
    const known = edges.get(key);
    edges.set(
      key,
      create(GraphEdgeSchema, { from, to, kind: 'call', declared: known?.declared ?? false, ...wire(figures) }),
    );
  }
  for (const flow of flows) addFlow(nodes, edges, flow);
  return create(GraphResponseSchema, { nodes: [...nodes.values()], edges: [...edges.values()] });
}

/** Figures under the names of the contract; they are the same for edges and nodes. */
function wire(figures: CallFigures): Omit<CallFigures, never> {
  const { calls, errors, rate, errorShare, p50Ms, p95Ms, p99Ms, lastAt } = figures;
  return { calls, errors, rate, errorShare, p50Ms, p95Ms, p99Ms, lastAt };
}

/** A line to a topic or from it. Who consumes without being a service is left out: the window itself looks on that way. */
function addFlow(nodes: Map<string, GraphNode>, edges: Map<string, GraphEdge>, flow: FlowFigures): void {
  const { topic, direction, count, rate, lastAt } = flow;
  const service = flow.service || OUTSIDE;
  const isPublished = direction === 'published';
  if (service === OUTSIDE ? !isPublished : !nodes.has(service)) return;
  if (!nodes.has(service)) nodes.set(service, create(GraphNodeSchema, { name: service }));
  const name = topicNode(topic);
  const node = nodes.get(name) ?? create(GraphNodeSchema, { name, kind: Kind.TOPIC });
  if (isPublished) {
    const { calls, rate: before, lastAt: last } = node;
    nodes.set(
      name,
      create(GraphNodeSchema, { ...node, calls: calls + count, rate: before + rate, lastAt: Math.max(last, lastAt) }),
    );
  } else nodes.set(name, node);
  const [from, to] = isPublished ? [service, name] : [name, service];
  const kind = isPublished ? 'publish' : 'consume';
  edges.set(`${from}\n${to}`, create(GraphEdgeSchema, { from, to, kind, calls: count, rate, lastAt }));
}
