import { create } from '@bufbuild/protobuf';
import {
  type GraphEdge,
  GraphEdgeSchema,
  type GraphNode,
  GraphNodeSchema,
  type GraphResponse,
  GraphResponseSchema,
} from '../../../../shared/contract/gen/graph_pb.ts';
import { OUTSIDE } from '../../traffic/call.ts';
import type { CallFigures, CallStats } from '../../traffic/callStats.ts';

/**
 * The declared graph with what was seen: figures on its edges and nodes, edges that nobody declared, and a node for the
 * callers that are no services. Calls of services that are not known any more are left out.
 */
export function observedGraph(
  declared: GraphResponse,
  stats: Pick<CallStats, 'byEdge' | 'byService'>,
  windowMs: number,
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
    if (!nodes.has(to) || (from !== OUTSIDE && !nodes.has(from))) continue;
    if (from === OUTSIDE && !nodes.has(from)) nodes.set(from, create(GraphNodeSchema, { name: from }));
    const key = `${from}\n${to}`;
    const known = edges.get(key);
    edges.set(
      key,
      create(GraphEdgeSchema, { from, to, kind: 'call', declared: known?.declared ?? false, ...wire(figures) }),
    );
  }
  return create(GraphResponseSchema, { nodes: [...nodes.values()], edges: [...edges.values()] });
}

/** Figures under the names of the contract; they are the same for edges and nodes. */
function wire(figures: CallFigures): Omit<CallFigures, never> {
  const { calls, errors, rate, errorShare, p50Ms, p95Ms, p99Ms, lastAt } = figures;
  return { calls, errors, rate, errorShare, p50Ms, p95Ms, p99Ms, lastAt };
}
