import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { emptyState, type MicroState } from '../../shared/client/stateReducer.ts';
import type { InfoResponse } from '../../shared/contract/gen/server_pb.ts';
import type { Notice, Project, Service } from '../../shared/contract/gen/state_pb.ts';
import type { LinkStatus } from '../client/serverLink.ts';

/** What the page knows of its server. */
export interface ServerStore extends MicroState {
  readonly connection: LinkStatus;
  /** Names of all services, sorted; a new array only when one came or went. */
  readonly serviceNames: readonly string[];
  /** Whether a snapshot was heard since the page was loaded. */
  readonly loaded: boolean;
}

/** The one store of the server's state, written by the session only. */
export const serverStore = createStore<ServerStore>(() => ({
  ...emptyState,
  connection: { status: 'connecting' },
  serviceNames: [],
  loaded: false,
}));

/** Takes over a state heard from the server. */
export function applyServerState(state: MicroState): void {
  const before = serverStore.getState();
  serverStore.setState({
    ...state,
    loaded: true,
    serviceNames: sameKeys(before.services, state.services) ? before.serviceNames : [...state.services.keys()].sort(),
  });
}

/** Takes over how the connection stands. */
export function applyLinkStatus(connection: LinkStatus): void {
  serverStore.setState({ connection });
}

function sameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const key of a.keys()) if (!b.has(key)) return false;
  return true;
}

/** Names of all services, sorted. Draws again only when one came or went. */
export function useServiceNames(): readonly string[] {
  return useStore(serverStore, (state) => state.serviceNames);
}

/** One service. Draws again only when this one changed. */
export function useService(name: string | undefined): Service | undefined {
  return useStore(serverStore, (state) => (name === undefined ? undefined : state.services.get(name)));
}

/** All services by name. Draws again on every change of any. */
export function useServices(): ReadonlyMap<string, Service> {
  return useStore(serverStore, (state) => state.services);
}

/** Open projects by name, in the order of opening. */
export function useProjects(): ReadonlyMap<string, Project> {
  return useStore(serverStore, (state) => state.projects);
}

/** Addresses and version of the server; undefined before the first snapshot. */
export function useServerInfo(): InfoResponse | undefined {
  return useStore(serverStore, (state) => state.server);
}

/** How the connection to the server stands. */
export function useConnection(): LinkStatus {
  return useStore(serverStore, (state) => state.connection);
}

/** Whether the state was heard once; false while the page is still loading it. */
export function useLoaded(): boolean {
  return useStore(serverStore, (state) => state.loaded);
}

/** What the server had to say lately, oldest first. */
export function useNotices(): readonly Notice[] {
  return useStore(serverStore, (state) => state.notices);
}
