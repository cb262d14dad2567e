import type { Service } from '../../shared/contract/gen/state_pb.ts';
import { api } from '../client/api.ts';
import { attempt } from './actions.ts';
import { serverStore } from './serverState.ts';
import { showToast } from './toasts.ts';

/** States of hot reload in which nothing happens on a save until somebody resumes it. */
const halted: ReadonlySet<string> = new Set(['paused', 'suspended']);

/** States of hot reload of a service whose files are not watched at all. */
const unwatched: ReadonlySet<string> = new Set(['', 'off', 'self']);

/** Whether a save of a file reloads the service, or would when it was not paused. */
export function isWatched(service: Service): boolean {
  return service.reload !== undefined && !unwatched.has(service.reload.state);
}

/** Whether hot reload of a service waits for being resumed. */
export function isReloadHalted(service: Service): boolean {
  return halted.has(service.reload?.state ?? '');
}

/** Names of the services whose hot reload waits for being resumed. */
export function haltedServices(services: Iterable<Service>): string[] {
  return [...services].filter(isReloadHalted).map((service) => service.name);
}

/** Pauses or resumes hot reload, of services by name or without names of all, and says for which it holds now. */
export async function setReload(names: readonly string[] | 'all', paused: boolean): Promise<void> {
  const verb = paused ? 'paused' : 'resumed';
  await attempt(`Hot reload was not ${verb}`, async () => {
    const request = names === 'all' ? { all: true, paused } : { services: [...names], paused };
    const { services } = await api().desktop.setReload(request);
    const [first] = services;
    const whose = services.length === 1 && first !== undefined ? first : `${services.length} services`;
    if (first === undefined) showToast({ tone: 'warn', title: 'No service with watched files is among them' });
    else showToast({ tone: 'ok', title: `Hot reload of ${whose} ${verb}` });
  });
}

/** Whether any service has its files watched; else pausing all has nothing to do. */
export function anyWatched(): boolean {
  for (const service of serverStore.getState().services.values()) if (isWatched(service)) return true;
  return false;
}
