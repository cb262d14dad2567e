import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { Event } from '../base/event.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Dependencies } from './dependencies.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ReloadResult } from './reloadState.ts';
import type { ServiceBuilds } from './serviceBuilds.ts';
import type { ServiceCopies } from './serviceCopies.ts';
import type { ShownStatus } from './serviceStatus.ts';

/** A service as a reload sees it. */
export interface ReloadedService {
  readonly host: Pick<InstanceHost, 'clock'>;
  readonly spec: ServiceSpec;
  readonly builds: ServiceBuilds;
  readonly copies: ServiceCopies;
  readonly dependencies: Pick<Dependencies, 'restartDependents'>;
  readonly onDidChange: Event<void>;
  isWanted(): boolean;
  /** A newer command came since the reload began. */
  isOvertaken(): boolean;
  shown(): ShownStatus;
  changed(): void;
}

/** One reload: why, whom to tell that it is built, and what cancels it. */
export interface ReloadRequest {
  cause: string;
  onSwap: () => void;
  signal: AbortSignal;
}

/**
 * Builds a service and puts the new version in the place of the old one, which goes on serving as long as the new one is
 * not built. Resolves when the new version serves, or with why it does not.
 */
export async function reloadService(service: ReloadedService, request: ReloadRequest): Promise<ReloadResult> {
  const { builds, copies, spec } = service;
  const { cause, signal } = request;
  if (!service.isWanted()) return { outcome: 'dropped' };
  if (copies.onlyWait) {
    // Nothing runs that would be old; what is started later is new.
    builds.isDue = true;
    if (copies.waitForOthers) return { outcome: 'dropped' };
    // The reload that this one overtook has just begun to start it; it comes up with what has changed since.
    request.onSwap();
    return followedByDependents(service, cause, await settledRestart(service, signal));
  }
  const serving = copies.serve;
  let log: RunLogWriter | undefined;
  if (spec.build && serving) {
    const built = await builds.run(cause, signal);
    if (!built.ok) {
      const { status, message } = builds.state;
      return status === 'cancelled' ? { outcome: 'dropped' } : { outcome: 'build-failed', problem: message };
    }
    log = built.log;
    builds.isDue = false;
  } else {
    builds.isDue = true;
  }
  if (signal.aborted || service.isOvertaken()) {
    await log?.end({ endedAt: service.host.clock.now(), outcome: 'cancelled', failed: false });
    return { outcome: 'dropped' };
  }
  request.onSwap();
  return followedByDependents(service, cause, await replaceCopies(service, request, log));
}

/** With `cascade`, what needs the service is started anew once the new version serves. */
function followedByDependents(
  { spec, dependencies }: ReloadedService,
  cause: string,
  result: ReloadResult,
): ReloadResult {
  const serves = result.outcome === 'swapped' || result.outcome === 'restarted';
  if (serves && spec.cascade) dependencies.restartDependents(spec.name, cause);
  return result;
}

/** New copies are started before the old ones are stopped: not where both would want the same port. */
export function isRolling({ reload, port }: ServiceSpec): boolean {
  return reload === 'rolling' && typeof port !== 'number';
}

/** Puts new copies in the place of the old ones, by the way that the service declares. `built` is the log of their build. */
export function replaceCopies(
  service: ReloadedService,
  request: ReloadRequest,
  built?: RunLogWriter,
): Promise<ReloadResult> {
  const rolls = service.copies.serve && isRolling(service.spec);
  return rolls ? roll(service, request, built) : restart(service, request, built);
}

/** One copy after the other is replaced by a new one. */
async function roll(
  service: ReloadedService,
  { cause, signal }: ReloadRequest,
  built: RunLogWriter | undefined,
): Promise<ReloadResult> {
  let log = built;
  for (const replica of [...service.copies.all]) {
    if (replica.current?.phase === 'ready') {
      const problem = await replica.swap(cause, log, signal);
      if (problem !== undefined) return signal.aborted ? { outcome: 'dropped' } : { outcome: 'failed', problem };
    } else {
      // It serves nothing that could be lost.
      service.builds.pendingLog = log;
      await replica.halt({ why: cause });
      if (service.isWanted()) replica.begin(cause);
    }
    log = undefined;
  }
  return { outcome: 'swapped' };
}

/** Every copy is stopped and started. */
async function restart(
  service: ReloadedService,
  { cause, signal }: ReloadRequest,
  built: RunLogWriter | undefined,
): Promise<ReloadResult> {
  service.builds.pendingLog = built;
  await service.copies.haltForRestart(cause, cause);
  if (!service.isWanted() || service.isOvertaken()) return { outcome: 'dropped' };
  service.copies.begin(cause);
  service.changed();
  return settledRestart(service, signal);
}

/** What comes of copies that are on their way. */
async function settledRestart(service: ReloadedService, signal: AbortSignal): Promise<ReloadResult> {
  await settled(service, signal);
  const { status, reason } = service.shown();
  if (status === Status.ERROR) return { outcome: 'failed', problem: reason };
  return signal.aborted ? { outcome: 'dropped' } : { outcome: 'restarted' };
}

/** Resolves when the service runs, failed, or the signal aborts. */
function settled(service: ReloadedService, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      const { status } = service.shown();
      if (![Status.RUNNING, Status.ERROR, Status.STOPPED].includes(status) && !signal.aborted) return;
      subscription.dispose();
      signal.removeEventListener('abort', check);
      resolve();
    };
    const subscription = service.onDidChange(check);
    signal.addEventListener('abort', check, { once: true });
    check();
  });
}
