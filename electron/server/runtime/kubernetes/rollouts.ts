import type { Event } from '../../base/event.ts';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { rolloutState } from './clusterStatus.ts';
import { rollBackOf, scaleOf } from './rollBack.ts';
import { rolledOut } from './rolledOut.ts';
import type { ServiceSight } from './serviceSight.ts';

/** So many restarts of its pods, and a version is not coming up. */
const attemptsUntilFailed = 3;

/** Follows how versions of one service take each other's place. */
export class Rollouts {
  constructor(
    private readonly place: ClusterPlace,
    private readonly sight: ServiceSight,
    private readonly unit: { readonly onDidChange: Event<void>; readonly attempts: number },
  ) {}

  /** The newest version does not get ready. */
  get hasFailed(): boolean {
    return rolloutState(this.sight.rollout) === 'failed';
  }

  /** Resolves when the newest version is the only one, does not get there, or `signal` is aborted. */
  done(signal: AbortSignal): Promise<void> {
    const { sight, unit } = this;
    const isDecided = (): boolean =>
      rolloutState(sight.rollout) !== 'under way' || unit.attempts >= attemptsUntilFailed;
    return rolledOut({ onDidChange: unit.onDidChange, isDecided, look: () => sight.look() }, signal);
  }

  /** Makes ready to run another number of copies of the version that runs. What is returned writes it. */
  scaled(spec: ServiceSpec, replicas: number): Promise<() => Promise<void>> {
    const { rollout } = this.sight;
    if (!rollout)
      throw new MicroError('service.not-running', `${spec.name} does not run, so it has no copies to change`);
    return scaleOf(this.place, spec, rollout, replicas);
  }

  /** Makes ready to go back to an earlier version; undefined: the one before. What is returned writes it. */
  back(
    spec: ServiceSpec,
    isLive: boolean,
    revision: number | undefined,
    replicas: number,
  ): Promise<() => Promise<void>> {
    const { rollout } = this.sight;
    if (!rollout || !isLive)
      throw new MicroError('runtime.no-version', `${spec.name} does not run, so it cannot go back`);
    return rollBackOf(this.place, spec, rollout, { revision, replicas });
  }
}
