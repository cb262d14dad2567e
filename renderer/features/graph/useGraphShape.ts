import { useMemo, useSyncExternalStore } from 'react';
import { Kind, type Service } from '../../../shared/contract/gen/state_pb.ts';
import { serverStore, type ServerStore } from '../../state/serverState.ts';
import { type TrafficState, trafficStore } from '../../state/traffic.ts';
import { type GraphShape, groupOf, type Grouping, sameShape, shapeOf } from './graphModel.ts';

/** Shape and groups of the services on the graph. */
export interface ShownGraph {
  readonly shape: GraphShape;
  /** The group of each service that is in one. */
  readonly groups: ReadonlyMap<string, string>;
}

function shownServices(state: ServerStore, project: string | undefined): Service[] {
  const all = [...state.services.values()];
  // What belongs to no project is part of every view.
  return all.filter((service) => project === undefined || service.project === project || service.project === '');
}

function sameGroups(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, group] of a) if (b.get(name) !== group) return false;
  return true;
}

/** Reads the graph out of the state; the result is the same object until a node, a line or a group comes or goes. */
function createReader(project: string | undefined, grouping: Grouping, core: boolean): () => ShownGraph {
  let seen: ReadonlyMap<string, Service> | undefined;
  let seenEdges: TrafficState['edges'] | undefined;
  let graph: ShownGraph = { shape: { nodes: [], edges: [] }, groups: new Map() };
  return () => {
    const state = serverStore.getState();
    const { edges, nodes } = trafficStore.getState();
    if (state.services === seen && edges === seenEdges) return graph;
    seen = state.services;
    seenEdges = edges;
    const services = shownServices(state, project);
    const shape = shapeOf(services, edges.values(), core ? (name) => nodes.get(name)?.kind === Kind.CORE : undefined);
    const groups = new Map<string, string>();
    for (const service of services) {
      const group = groupOf(service, grouping, state.projects.get(service.project)?.folder);
      if (group !== '') groups.set(service.name, group);
    }
    const shapeIsSame = sameShape(shape, graph.shape);
    const groupsAreSame = sameGroups(groups, graph.groups);
    if (!shapeIsSame || !groupsAreSame) {
      graph = { shape: shapeIsSame ? graph.shape : shape, groups: groupsAreSame ? graph.groups : groups };
    }
    return graph;
  };
}

function subscribe(listener: () => void): () => void {
  const ends = [serverStore.subscribe(listener), trafficStore.subscribe(listener)];
  return () => {
    for (const end of ends) end();
  };
}

/** The graph of a project's services (undefined: of all), with what of micro they call when `core`. Draws again only when nodes, lines or groups change. */
export function useGraphShape(project: string | undefined, grouping: Grouping, core: boolean): ShownGraph {
  const read = useMemo(() => createReader(project, grouping, core), [project, grouping, core]);
  return useSyncExternalStore(subscribe, read);
}
