import type { GraphEdge } from '../../../shared/contract/gen/graph_pb.ts';
import { Kind, type Service } from '../../../shared/contract/gen/state_pb.ts';
import { topicOf } from '../../../shared/lib/topicNodes.ts';
import { edgeKey, isCore, outside } from '../../state/traffic.ts';

/** Size that the layout reserves for a node, px; a node may grow by a badge line without touching its neighbour. */
export const nodeSize = { width: 196, height: 92 } as const;

/** Height at which lines begin and end, px from the upper edge of a node: a badge that comes or goes bends no line. */
export const lineHeight = 31;

/** A place on the canvas: the upper left corner, px. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** A line of the graph: `from` needs or calls `to`. */
export interface Edge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Declared in micro.yaml (dependsOn). */
  readonly declared: boolean;
  /** Keys of the edges between services that it stands for: more than one only between collapsed groups. */
  readonly parts: readonly string[];
}

/** What the layout depends on: names and lines, nothing that changes while services run. */
export interface GraphShape {
  readonly nodes: readonly string[];
  readonly edges: readonly Edge[];
  /**
   * Tasks that one service alone waits for, with that service: they stand under it and not in a column of their own, which
   * would make everything else smaller for what is done before the work begins.
   */
  readonly below?: ReadonlyMap<string, string>;
}

function tasksBelow(services: readonly Service[], edges: Iterable<Edge>): ReadonlyMap<string, string> {
  const all = [...edges];
  const below = new Map<string, string>();
  for (const { name, kind } of services) {
    if (kind !== Kind.TASK) continue;
    const lines = all.filter(({ from, to }) => from === name || to === name);
    const [only] = lines;
    if (only && lines.length === 1 && only.to === name) below.set(name, only.from);
  }
  return below;
}

/** How nodes are put together: not at all, by the folder above the service's own, by its first label or by its project. */
export type Grouping = 'none' | 'folder' | 'label' | 'project';

function lineBetween(from: string, to: string, declared: boolean): Edge {
  const id = edgeKey(from, to);
  return { id, from, to, declared, parts: [id] };
}

/**
 * The shape of the graph of these services and of the calls that were seen. Lines to names that are not there are left out;
 * so are lines to oneself. Callers that are no services are one node, which is there once one of them has called; so is each
 * topic that one of the services publishes on or consumes, and each service of micro itself (`isCore`) that one of them calls.
 */
export function shapeOf(
  services: Iterable<Service>,
  seenEdges: Iterable<GraphEdge> = [],
  isCore: (name: string) => boolean = () => false,
): GraphShape {
  const seen = [...seenEdges];
  const all = [...services].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(all.map((service) => service.name));
  const edges = new Map<string, Edge>();
  for (const service of all) {
    for (const { service: needed } of service.dependsOn) {
      if (!names.has(needed) || needed === service.name) continue;
      const line = lineBetween(service.name, needed, true);
      edges.set(line.id, line);
    }
  }
  for (const { calls, from, to } of seen)
    for (const [topic, service] of [
      [from, to],
      [to, from],
    ] as const)
      if (calls > 0 && topicOf(topic) !== undefined && names.has(service)) names.add(topic);
  for (const { calls, from, to } of seen) if (calls > 0 && names.has(from) && isCore(to)) names.add(to);
  const called = seen.filter(({ calls, from, to }) => calls > 0 && from !== to && names.has(to));
  if (called.some(({ from }) => from === outside)) names.add(outside);
  for (const { from, to } of called) {
    const line = lineBetween(from, to, false);
    if (names.has(from) && !edges.has(line.id)) edges.set(line.id, line);
  }
  return {
    nodes: [...names],
    edges: [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    below: tasksBelow(all, edges.values()),
  };
}

/** Whether two shapes are the same; used to keep one object while only statuses change. */
export function sameShape(a: GraphShape, b: GraphShape): boolean {
  return (
    a.nodes.length === b.nodes.length &&
    a.edges.length === b.edges.length &&
    a.nodes.every((name, index) => name === b.nodes[index]) &&
    a.edges.every((edge, index) => edge.id === b.edges[index]?.id && edge.declared === b.edges[index].declared)
  );
}

function lastFolders(folder: string): string[] {
  return folder.split(/[\\/]+/u).filter((part) => part !== '');
}

/** The group of a service; an empty name means that it stands alone. */
export function groupOf(service: Service, grouping: Grouping, projectFolder: string | undefined): string {
  switch (grouping) {
    case 'none':
      return '';
    case 'label':
      return service.labels[0] ?? '';
    case 'project':
      return service.project;
    case 'folder': {
      const parts = lastFolders(service.folder);
      const root = projectFolder === undefined ? 0 : lastFolders(projectFolder).length;
      return parts.slice(root, -1).join('/');
    }
  }
}

/** Node id of a collapsed group; service names have no colon. */
export function groupNodeId(group: string): string {
  return `group:${group}`;
}

/** The group of a node id made by {@link groupNodeId}; undefined for a service. */
export function groupOfNodeId(id: string): string | undefined {
  return id.startsWith('group:') ? id.slice('group:'.length) : undefined;
}

/** Whether a node is no service and no group: it has no log, no inspector and no menu. */
export function isPlain(id: string): boolean {
  return id === outside || topicOf(id) !== undefined || isCore(id);
}

/** What opening a node shows: the log of a service, the services of a group, the events of a topic, what micro keeps, or nothing. */
export function openingOf(
  id: string,
): { log: string } | { group: string } | { topic: string } | { core: string } | undefined {
  const group = groupOfNodeId(id);
  const topic = topicOf(id);
  if (group !== undefined) return { group };
  if (topic !== undefined) return { topic };
  if (isCore(id)) return { core: id };
  return id === outside ? undefined : { log: id };
}

/** Replaces the services of collapsed groups by one node each. Lines inside a group vanish, equal lines become one. */
export function collapseShape(
  shape: GraphShape,
  groups: ReadonlyMap<string, string>,
  collapsed: ReadonlySet<string>,
): GraphShape {
  if (collapsed.size === 0) return shape;
  const standsFor = (name: string): string => {
    const group = groups.get(name) ?? '';
    return group !== '' && collapsed.has(group) ? groupNodeId(group) : name;
  };
  const edges = new Map<string, Edge>();
  for (const edge of shape.edges) {
    const from = standsFor(edge.from);
    const to = standsFor(edge.to);
    if (from === to) continue;
    const id = edgeKey(from, to);
    const known = edges.get(id);
    const declared = edge.declared || known?.declared === true;
    edges.set(id, { id, from, to, declared, parts: [...(known?.parts ?? []), ...edge.parts] });
  }
  return { nodes: [...new Set(shape.nodes.map(standsFor))], edges: [...edges.values()] };
}

/** The nodes a node is connected with, itself included. */
export function neighboursOf(shape: GraphShape, name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (const edge of shape.edges) {
    if (edge.from === name) found.add(edge.to);
    if (edge.to === name) found.add(edge.from);
  }
  return found;
}
