import { create } from '@bufbuild/protobuf';
import type { InfoResponse } from '../../../../shared/contract/gen/server_pb.ts';
import {
  ChangeSchema,
  type Notice,
  SnapshotSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '../../../../shared/contract/gen/state_pb.ts';
import { Deferred } from '../../base/async.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/**
 * ms between two changes sent to one reader. What happens meanwhile is folded into the next one: 40 ms is under what a
 * person sees as delay, and a start of 100 services costs a window 25 updates a second instead of thousands.
 */
const FOLD_MS = 40;

/** At most so many notices wait for a slow reader; older ones are in the next snapshot. */
const MAX_WAITING_NOTICES = 200;

/**
 * The state of everything as a stream: a snapshot, then changes. Snapshot and subscription happen in one step, so nothing
 * falls between. A slow reader costs names, not states: what is sent is read at the moment of sending.
 */
export async function* stateFeed(
  runtime: Runtime,
  info: () => InfoResponse,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<WatchResponse> {
  const changed = new Set<string>();
  const removed = new Set<string>();
  let projectsChanged = false;
  let notices: Notice[] = [];
  let wake = new Deferred<void>();
  const subscription = runtime.onDidChange((change) => {
    for (const name of change.services) {
      changed.add(name);
      removed.delete(name);
    }
    for (const name of change.removedServices) {
      removed.add(name);
      changed.delete(name);
    }
    projectsChanged ||= change.projects;
    notices = [...notices, ...change.notices].slice(-MAX_WAITING_NOTICES);
    wake.resolve();
  });
  const stop = (): void => wake.resolve();
  signal.addEventListener('abort', stop, { once: true });
  let projectNames = new Set<string>();
  try {
    const projects = runtime.projects();
    projectNames = new Set(projects.map((project) => project.name));
    yield create(WatchResponseSchema, {
      event: {
        case: 'snapshot',
        value: create(SnapshotSchema, {
          server: info(),
          projects,
          services: runtime.services(),
          notices: runtime.notices(),
        }),
      },
    });
    while (!signal.aborted) {
      await wake.promise;
      if (signal.aborted) return;
      const services = [...changed].map((name) => runtime.service(name)).filter((service) => service !== undefined);
      const change = create(ChangeSchema, { services, removedServices: [...removed], notices });
      if (projectsChanged) {
        const now = runtime.projects();
        const names = new Set(now.map((project) => project.name));
        change.projects = now;
        change.removedProjects = [...projectNames].filter((name) => !names.has(name));
        projectNames = names;
      }
      changed.clear();
      removed.clear();
      projectsChanged = false;
      notices = [];
      wake = new Deferred<void>();
      yield create(WatchResponseSchema, { event: { case: 'change', value: change } });
      await sleep(clock, FOLD_MS, signal).catch(() => {});
    }
  } finally {
    subscription.dispose();
    signal.removeEventListener('abort', stop);
  }
}
