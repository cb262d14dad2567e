import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { GraphEdge, GraphNode, GraphResponse } from '../../shared/contract/gen/graph_pb.ts';
import { Kind } from '../../shared/contract/gen/state_pb.ts';
import { topicOf } from '../../shared/lib/topicNodes.ts';
import { api } from '../client/api.ts';
import { paced } from './paced.ts';
import { whileWatched } from './whileWatched.ts';

/** Name under which the server counts callers that are no services: a browser, curl, a test. */
export const outside = 'outside';

/** Whether a node is a service of micro itself, such as the store. */
export function isCore(node: string): boolean {
  return trafficStore.getState().nodes.get(node)?.kind === Kind.CORE;
}

/** Whether a line is of events, not of calls. */
export function isOfEvents({ from, to }: { readonly from: string; readonly to: string }): boolean {
  return topicOf(from) !== undefined || topicOf(to) !== undefined;
}

/** Stretches of time that figures can be about. */
export const trafficWindows = [
  { ms: 60_000, label: 'last 1 min' },
  { ms: 300_000, label: 'last 5 min' },
] as const;

/** ms between two graphs: fast enough to see a burst begin, slow enough to read a number. */
const periodMs = 1_000;

/**
 * ms between two changes of what is shown, at least. A server that is asked for a graph a second may have several in one
 * moment when it was held up; numbers that change more often than this cannot be read, and each change of a thousand lines
 * costs the time of some frames.
 */
const paceMs = 450;

/** Rates kept per service for its small line; with {@link periodMs} a minute. */
const historyLength = 60;

const storageKey = 'micro.traffic.v1';

/** What was seen of the calls between services. */
export interface TrafficState {
  /** ms up to now that rates, shares and percentiles are about. */
  readonly windowMs: number;
  /** Whether the server has answered since somebody began to watch. */
  readonly loaded: boolean;
  /** By name; a node that did not change is the same object as before. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** By {@link edgeKey}; an edge that did not change is the same object as before. */
  readonly edges: ReadonlyMap<string, GraphEdge>;
  /** Calls a second that came in, by service, oldest first, at most a minute. */
  readonly history: ReadonlyMap<string, readonly number[]>;
}

/** Key of an edge. Service names have no `>`, so keys cannot clash. */
export function edgeKey(from: string, to: string): string {
  return `${from}>${to}`;
}

/** The two ends of an {@link edgeKey}; undefined for any other text. */
export function edgeEnds(key: string): { from: string; to: string } | undefined {
  const at = key.indexOf('>');
  return at > 0 && at < key.length - 1 ? { from: key.slice(0, at), to: key.slice(at + 1) } : undefined;
}

function storedWindow(): number {
  try {
    const ms = Number(window.localStorage.getItem(storageKey));
    return trafficWindows.some((each) => each.ms === ms) ? ms : trafficWindows[0].ms;
  } catch {
    return trafficWindows[0].ms;
  }
}

/** The store of what was seen; written by {@link applyGraph} only. */
export const trafficStore = createStore<TrafficState>(() => ({
  windowMs: storedWindow(),
  loaded: false,
  nodes: new Map(),
  edges: new Map(),
  history: new Map(),
}));

const figureNames = ['calls', 'errors', 'rate', 'errorShare', 'p50Ms', 'p95Ms', 'p99Ms', 'lastAt'] as const;

function sameFigures(a: GraphNode | GraphEdge, b: GraphNode | GraphEdge): boolean {
  return figureNames.every((name) => a[name] === b[name]);
}

/** Keeps what is the same, so that only what changed is drawn again. */
function merge<T extends GraphNode | GraphEdge>(
  before: ReadonlyMap<string, T>,
  fresh: readonly T[],
  keyOf: (item: T) => string,
  isSame: (a: T, b: T) => boolean,
): ReadonlyMap<string, T> {
  let changed = before.size !== fresh.length;
  const next = new Map<string, T>();
  for (const item of fresh) {
    const key = keyOf(item);
    const old = before.get(key);
    const keep = old !== undefined && isSame(old, item);
    if (!keep) changed = true;
    next.set(key, keep ? old : item);
  }
  return changed ? next : before;
}

function addHistory(
  before: ReadonlyMap<string, readonly number[]>,
  nodes: readonly GraphNode[],
): ReadonlyMap<string, readonly number[]> {
  const next = new Map<string, readonly number[]>();
  for (const { name, rate, calls } of nodes) {
    const old = before.get(name);
    // A service that nobody ever called has no line.
    if (calls > 0 || old) next.set(name, [...(old ?? []).slice(1 - historyLength), rate]);
  }
  return next;
}

let historyAt = 0;

/** Takes over a graph at the time `nowMs`. */
export function applyGraph(graph: GraphResponse, nowMs: number): void {
  const before = trafficStore.getState();
  const isDue = nowMs - historyAt >= periodMs * 0.9;
  if (isDue) historyAt = nowMs;
  trafficStore.setState({
    loaded: true,
    nodes: merge(before.nodes, graph.nodes, ({ name }) => name, sameFigures),
    edges: merge(
      before.edges,
      graph.edges,
      ({ from, to }) => edgeKey(from, to),
      (a, b) => a.declared === b.declared && sameFigures(a, b),
    ),
    history: isDue ? addHistory(before.history, graph.nodes) : before.history,
  });
}

const watch = whileWatched(async (signal) => {
  const { windowMs } = trafficStore.getState();
  const graphs = paced<GraphResponse>(paceMs, (graph) => applyGraph(graph, Date.now()));
  try {
    for await (const graph of api().traffic.watchGraph({ periodMs, windowMs }, { signal })) {
      if (signal.aborted) return;
      graphs.take(graph);
    }
  } finally {
    graphs.clear();
  }
});

/** Chooses the stretch of time that figures are about; the next graph comes at once. */
export function setTrafficWindow(windowMs: number): void {
  if (trafficStore.getState().windowMs === windowMs) return;
  trafficStore.setState({ windowMs });
  try {
    window.localStorage.setItem(storageKey, String(windowMs));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  watch.restart();
}

/** Part of what was seen. The server is asked only while a component that calls this is mounted. */
export function useTraffic<T>(selector: (state: TrafficState) => T): T {
  useEffect(() => watch.subscribe(), []);
  return useStore(trafficStore, selector);
}
