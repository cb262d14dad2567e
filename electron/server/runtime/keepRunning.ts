import { sleep } from '../base/clock.ts';
import type { Backoff, RestartDecision } from './backoff.ts';
import { spanText } from './exitReason.ts';
import type { Instance } from './instance.ts';
import type { InstanceEnd } from './instanceEnd.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { NextInstance } from './nextInstance.ts';
import type { InstanceStart } from './prepareInstance.ts';
import type { ReplicaOwner } from './replicaOwner.ts';
import type { IdleReplica, ReplicaState, WaitState } from './replicaState.ts';
import type { RunOverrides } from './serviceUnit.ts';

/** A copy of a service as what keeps it running sees it. */
export interface KeptReplica {
  readonly owner: ReplicaOwner;
  readonly backoff: Backoff;
  /** The instance that counts. */
  readonly current: Instance | undefined;
  /** The instance that comes, when it was prepared. */
  readonly next: Pick<NextInstance, 'isPrepared' | 'drop'>;
  /** Automatic restarts since the last start by hand. */
  restarts: number;
  /** Starts an instance that counts from then on. */
  launch(start: InstanceStart): Promise<Instance>;
  /** How the instance ended, or undefined when another one took its place. */
  endOf(instance: Instance): Promise<InstanceEnd | undefined>;
  set(state: ReplicaState): void;
  rest(idle: IdleReplica): void;
}

/** Waits, builds, starts, and starts again after a crash, until the signal aborts or the rules of restart say to rest. */
export async function keepRunning(
  host: InstanceHost,
  replica: KeptReplica,
  firstCause: string,
  signal: AbortSignal,
  overrides: RunOverrides | undefined,
): Promise<void> {
  const { owner } = replica;
  let cause = firstCause;
  const port = overrides?.port ?? owner.spec.port;
  // Said before anything waits or is built for a service that could not be started in the end. One that is only started
  // anew had it a moment ago.
  if (typeof port === 'number' && !replica.next.isPrepared) await host.ports.check(port, owner.spec.name);
  for (;;) {
    const handleWait = (wait: WaitState): void => {
      // Its log would show a run that has not begun.
      replica.next.drop();
      replica.set({ phase: 'waiting', wait });
    };
    await owner.waitForDependencies(handleWait, signal);
    const built = await owner.build(cause, () => replica.set({ phase: 'building' }), signal);
    if (signal.aborted) {
      await built?.end({ endedAt: host.clock.now(), outcome: 'cancelled', failed: false });
      return;
    }
    const start = { cause, port: overrides?.port ?? owner.spec.port, built, overrides };
    const end = await lifeOf(replica, await replica.launch(start), signal);
    if (signal.aborted || end.asked) return;
    const decision = replica.backoff.decide(end, host.clock.now());
    if (decision.action !== 'restart') {
      giveUp(host, replica, end, decision);
      return;
    }
    replica.set({ phase: 'backoff', outcome: end.outcome, delayMs: decision.delayMs });
    await sleep(host.clock, decision.delayMs, signal);
    replica.restarts++;
    cause = `restarted after ${end.outcome}`;
  }
}

/** Lets a started instance, and each that takes its place, live to its end. */
async function lifeOf(replica: KeptReplica, started: Instance, signal: AbortSignal): Promise<InstanceEnd> {
  let instance = started;
  replica.set({ phase: 'live' });
  // A stop that came while the process was being started could not see this instance yet.
  if (signal.aborted) await instance.stop({ why: 'stopped by you' });
  let end = await replica.endOf(instance);
  while (end === undefined) {
    instance = replica.current as Instance;
    end = await replica.endOf(instance);
  }
  return end;
}

/** It is not started again: it has done what it was for, or it keeps crashing. */
function giveUp(
  host: InstanceHost,
  replica: KeptReplica,
  end: InstanceEnd,
  decision: Exclude<RestartDecision, { action: 'restart' }>,
): void {
  const { kind, name } = replica.owner.spec;
  if (decision.action === 'rest') {
    const completed = !end.failed && kind === 'task';
    replica.rest({ reason: completed ? 'completed' : end.outcome, failed: end.failed, completed: !end.failed });
    return;
  }
  const often = `${decision.restarts} restarts in ${spanText(decision.windowMs)}`;
  replica.rest({
    reason: `keeps crashing: ${end.outcome} (${often})`,
    failed: true,
    next: 'Read its last lines, then start it again; a changed file also does.',
  });
  host.notify('error', name, `${name} keeps crashing: ${end.outcome}`, 'service.failed');
}
