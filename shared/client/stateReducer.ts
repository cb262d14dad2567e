import type { InfoResponse } from '../contract/gen/server_pb.ts';
import type { Change, Notice, Project, Service, Snapshot, WatchResponse } from '../contract/gen/state_pb.ts';

/** Notices that a client keeps, newest last; enough to look back over a morning, little enough to draw at once. */
export const MAX_NOTICES = 200;

/**
 * What a client knows of its server. Values are never changed in place, and a service or project that did not change
 * keeps its identity, so that a view can compare with `===`.
 */
export interface MicroState {
  /** Undefined until the first snapshot. */
  readonly server: InfoResponse | undefined;
  /** By name, in the order of opening. */
  readonly projects: ReadonlyMap<string, Project>;
  /** By name. */
  readonly services: ReadonlyMap<string, Service>;
  /** Oldest first, at most {@link MAX_NOTICES}. */
  readonly notices: readonly Notice[];
}

/** The state before anything was heard. */
export const emptyState: MicroState = { server: undefined, projects: new Map(), services: new Map(), notices: [] };

/** The state after one message of the watch stream. Pure: the CLI and the window apply changes the same way. */
export function reduceState(state: MicroState, message: WatchResponse): MicroState {
  switch (message.event.case) {
    case 'snapshot':
      return fromSnapshot(message.event.value);
    case 'change':
      return applyChange(state, message.event.value);
    case undefined:
      // An event kind of a newer server.
      return state;
  }
}

function fromSnapshot(snapshot: Snapshot): MicroState {
  return {
    server: snapshot.server,
    projects: new Map(snapshot.projects.map((project) => [project.name, project])),
    services: new Map(snapshot.services.map((service) => [service.name, service])),
    notices: snapshot.notices.slice(-MAX_NOTICES),
  };
}

function applyChange(state: MicroState, change: Change): MicroState {
  return {
    server: state.server,
    projects: applyToMap(state.projects, change.projects, change.removedProjects),
    services: applyToMap(state.services, change.services, change.removedServices),
    notices: applyNotices(state.notices, change.notices),
  };
}

function applyToMap<T extends { name: string }>(
  before: ReadonlyMap<string, T>,
  changed: readonly T[],
  removed: readonly string[],
): ReadonlyMap<string, T> {
  if (changed.length === 0 && removed.length === 0) return before;
  const after = new Map(before);
  for (const name of removed) after.delete(name);
  for (const item of changed) after.set(item.name, item);
  return after;
}

function applyNotices(before: readonly Notice[], added: readonly Notice[]): readonly Notice[] {
  if (added.length === 0) return before;
  const newest = before.at(-1)?.id ?? 0;
  const news = added.filter((notice) => notice.id > newest);
  return news.length === 0 ? before : [...before, ...news].slice(-MAX_NOTICES);
}
