import { MicroError } from '../../../../shared/contract/errors.ts';
import { errorText } from '../../base/logger.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { isLack } from '../configReferences.ts';
import type { Dependencies } from '../dependencies.ts';
import type { RunOverrides } from '../serviceUnit.ts';
import type { StopRequest } from '../stopRequest.ts';
import { applyService } from './applyService.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import { Commands } from './commands.ts';
import type { Rollouts } from './rollouts.ts';
import type { ServiceSight } from './serviceSight.ts';
import type { ShownState } from './shownState.ts';
import { jobOfBefore } from './takeUpTask.ts';

/** What {@link ClusterWork} works with. */
export interface ClusterWorkParts {
  place: ClusterPlace;
  dependencies: Dependencies;
  sight: ServiceSight;
  state: ShownState;
  rollouts: Rollouts;
  /** What is wanted at the moment. */
  asked(): { spec: ServiceSpec; replicas: number };
}

/** What is done in the cluster for one service: its objects are written and removed, and how far that is is said. */
export class ClusterWork {
  /** It could not be started for want of a value of the config. */
  lacks = false;
  /** Changes when pods are to be started anew. */
  private startedAt: string | undefined;
  private readonly commands: Commands;

  constructor(private readonly parts: ClusterWorkParts) {
    this.commands = new Commands(parts.state, (error) => this.fail(error));
  }

  start(overrides?: RunOverrides): Promise<void> {
    return this.run((signal) => this.startNow(signal, overrides));
  }

  /** A task that an earlier server ran is taken up as it is; everything else is started. */
  resume(): Promise<void> {
    const { place, state, sight } = this.parts;
    return this.run(async (signal) => {
      const { spec } = this.parts.asked();
      if (spec.kind === 'task' && (await jobOfBefore(place, spec))) {
        signal.throwIfAborted();
        state.enter({ is: 'live' });
        await sight.look();
      } else await this.startNow(signal);
    });
  }

  private async startNow(signal: AbortSignal, overrides?: RunOverrides): Promise<void> {
    const { place, dependencies, state } = this.parts;
    const { spec } = this.parts.asked();
    await dependencies.wait(spec, (wait) => state.enter({ is: 'waiting', wait }), signal);
    // A task that ended is run again by a new Job.
    if (spec.kind === 'task') await place.objects.remove(spec.name, { force: false, signal });
    await this.applyNow(signal, overrides);
  }

  /** Brings what runs to what is wanted. */
  apply(): Promise<void> {
    return this.run((signal) => this.applyNow(signal));
  }

  /** Runs as many copies as are wanted, of the version that runs: no image is built, and none that was rolled back comes again. */
  scale(): Promise<void> {
    const { rollouts, state, sight } = this.parts;
    return this.run(async (signal) => {
      const { spec, replicas } = this.parts.asked();
      const write = await rollouts.scaled(spec, replicas);
      signal.throwIfAborted();
      await write();
      state.enter({ is: 'live' });
      await sight.look();
    });
  }

  /** Starts its pods anew, a new one before an old one ends. Resolves when that is done, or does not get there. */
  renew(overrides?: RunOverrides): Promise<void> {
    this.noteRenewal();
    return this.run(async (signal) => {
      await this.applyNow(signal, overrides);
      await this.parts.rollouts.done(signal);
    });
  }

  /** Pods that are made from now on are not those of before. */
  noteRenewal(): void {
    this.startedAt = new Date(this.parts.place.clock.now()).toISOString();
  }

  /** Goes back to an earlier version; undefined: the one before. Resolves when that one serves, or does not get there. */
  async rollBack(revision: number | undefined): Promise<void> {
    const { rollouts, state } = this.parts;
    const { spec, replicas } = this.parts.asked();
    const write = await rollouts.back(spec, state.phase.is === 'live', revision, replicas);
    const signal = this.commands.begin();
    await write();
    await rollouts.done(signal);
  }

  /** Takes everything of it away; resolves when it is gone, or cannot be removed. */
  async remove(request: StopRequest): Promise<void> {
    const { place, sight, state } = this.parts;
    const { spec } = this.parts.asked();
    const signal = this.commands.begin();
    state.enter({ is: 'stopping' });
    sight.close();
    try {
      await place.objects.remove(spec.name, {
        force: request.force === true,
        signal,
        ...(request.handleEnded ? { handleEnded: request.handleEnded } : {}),
      });
      sight.forget();
      this.startedAt = undefined;
      state.enter({ is: 'resting', reason: request.why, failed: request.failed === true });
    } catch (error) {
      // What could not be removed may run.
      if (!signal.aborted) this.fail(error, sight.rollout !== undefined || sight.job !== undefined);
    }
  }

  private run(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.lacks = false;
    return this.commands.run(command);
  }

  private async applyNow(signal: AbortSignal, overrides?: RunOverrides): Promise<void> {
    const { place, state, sight } = this.parts;
    const { spec } = this.parts.asked();
    await applyService(place, spec, {
      replicas: () => this.parts.asked().replicas,
      startedAt: this.startedAt,
      overrides,
      signal,
      enter: (phase) => state.enter(phase),
    });
    await sight.look();
  }

  /** `goesOn`: what was in the cluster before is there as it was. */
  private fail(error: unknown, goesOn = this.parts.sight.rollout !== undefined): void {
    const { place, state } = this.parts;
    const { name } = this.parts.asked().spec;
    const problem = error instanceof MicroError ? error : new MicroError('kubernetes.failed', errorText(error));
    this.lacks = isLack(problem.code);
    if (goesOn) {
      place.say('error', name, problem.message, problem.code);
      state.enter({ is: 'live' });
      return;
    }
    const next = problem.next === undefined ? {} : { next: problem.next };
    state.enter({ is: 'resting', reason: problem.message, failed: true, ...next });
  }

  dispose(): void {
    this.commands.dispose();
  }
}
