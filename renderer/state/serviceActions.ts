import type { PortClash } from '../../shared/contract/gen/actions_pb.ts';
import { api } from '../client/api.ts';
import { attempt, runAction } from './actions.ts';
import { showDialog } from './dialogs.ts';

/**
 * Starts services and what they need. When that is more than what was named, it is said first, with the reason, and
 * asked.
 */
export async function startServices(names: readonly string[]): Promise<void> {
  let starts: readonly { service: string; neededBy: string }[] = [];
  try {
    starts = (await api().desktop.plan({ services: [...names] })).starts;
  } catch {
    // The start itself says what is wrong.
  }
  if (starts.length > 0) showDialog({ kind: 'start', services: names, starts });
  else await startUnlessHeld(names, true);
}

/**
 * Starts services, unless somebody else holds a port that one of them must have: then it is said who, and asked.
 */
export async function startUnlessHeld(names: readonly string[], withDependencies: boolean): Promise<void> {
  let clashes: readonly PortClash[] = [];
  try {
    clashes = (await api().desktop.portClashes({ services: [...names] })).clashes;
  } catch {
    // The start itself says what is wrong.
  }
  if (clashes.length > 0) showDialog({ kind: 'port-clash', services: names, clashes, withDependencies });
  else await runAction('start', { services: names }, { withDependencies });
}

/** Says what runs and needs a service, and asks whether to stop it all. With nothing of the kind the service is stopped. */
export async function askStopWithDependents(name: string): Promise<void> {
  await attempt(`What needs ${name} could not be found out`, async () => {
    const { stops } = await api().desktop.plan({ services: [name], stop: true });
    if (stops.length > 0) showDialog({ kind: 'stop', service: name, stops });
    else await stopServices([name]);
  });
}

/** Lets a service go that was started outside: its process goes on, under nobody's name. */
export async function detachService(name: string): Promise<void> {
  await attempt(
    `${name} could not be detached`,
    () => api().desktop.detach({ service: name }),
    `${name} is detached; its process goes on`,
  );
}

/** Stops services in order: signal, grace time, kill. */
export function stopServices(names: readonly string[]): Promise<void> {
  return runAction('stop', { services: names });
}

/** Stops services and starts them again. */
export function restartServices(names: readonly string[]): Promise<void> {
  return runAction('restart', { services: names });
}

/** Ends services at once, without a grace time. Several are asked for first. */
export async function killServices(names: readonly string[]): Promise<void> {
  if (names.length > 1) showDialog({ kind: 'kill', services: names });
  else await runAction('kill', { services: names });
}

/** Starts everything of a project; without a name, of all projects. */
export function startAll(project = ''): Promise<void> {
  return runAction('start', project ? { project } : { all: true });
}

/** Stops everything of a project; without a name, of all projects. */
export function stopAll(project = ''): Promise<void> {
  return runAction('stop', project ? { project } : { all: true });
}
