import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { Dependencies } from './dependencies.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ActionListener } from './runtime.ts';
import { ServiceFollower } from './serviceFollower.ts';
import type { RunOverrides, ServiceUnit } from './serviceUnit.ts';
import { startPlan } from './startPlan.ts';
import { stopInOrder } from './stopInOrder.ts';
import type { StopRequest } from './stopRequest.ts';

/** Starts, stops and restarts services and tells the truth about each until it is where it was wanted, or failed. */
export class Actions {
  private readonly follower: ServiceFollower;

  constructor(
    host: Pick<InstanceHost, 'logs'>,
    private readonly dependencies: Dependencies,
    private readonly units: ReadonlyMap<string, ServiceUnit>,
  ) {
    this.follower = new ServiceFollower(host);
  }

  /** What would be started besides `names`, each with the service that needs it. */
  plan(names: readonly string[]): { service: string; neededBy: string }[] {
    return startPlan(this.dependencies, this.units, names);
  }

  /** Starts services. One that runs already is started anew when `overrides` ask for another run than it has. */
  async start(
    names: readonly string[],
    withDependencies: boolean,
    cause: string,
    overrides: RunOverrides | undefined,
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    const plan = withDependencies ? this.plan(names) : [];
    for (const { service, neededBy } of plan) {
      listener(
        create(ActionEventSchema, {
          service,
          status: Status.PENDING,
          text: `starts too, because ${neededBy} needs it`,
        }),
      );
    }
    const followed: Promise<void>[] = [];
    for (const { service, neededBy } of plan) {
      const unit = this.units.get(service) as ServiceUnit;
      if (this.refused(unit, false, listener)) continue;
      unit.start(`needed by ${neededBy}`);
      followed.push(this.follower.follow(unit, listener, signal));
    }
    for (const name of names) {
      const unit = this.units.get(name) as ServiceUnit;
      if (this.refused(unit, true, listener)) continue;
      if (overrides && !unit.isResting) {
        followed.push(this.restartOne(unit, { cause, overrides }, listener, signal));
        continue;
      }
      unit.start(cause, overrides);
      followed.push(this.follower.follow(unit, listener, signal));
    }
    await Promise.all(followed);
  }

  /** Tells how services that were started already come up. */
  async follow(names: readonly string[], listener: ActionListener, signal: AbortSignal): Promise<void> {
    const units = names.flatMap((name) => this.units.get(name) ?? []);
    await Promise.all(units.map((unit) => this.follower.follow(unit, listener, signal)));
  }

  /** A service that must not be started is said to be so, once and for good. */
  private refused(unit: ServiceUnit, byName: boolean, listener: ActionListener): boolean {
    const { cycle, start, name } = unit.spec;
    if (!cycle && start !== 'disabled') return false;
    const [text, next] = cycle
      ? [`in a circle of dependencies: ${cycle}`, undefined]
      : [
          `${name} is disabled in micro.yaml (start: disabled)${byName ? '' : ', but needed'}`,
          'Write start: manual in micro.yaml; it is then started only by name, or when another service needs it.',
        ];
    listener(
      create(ActionEventSchema, {
        service: name,
        status: Status.ERROR,
        text,
        done: true,
        ok: false,
        next: next ?? unit.message().next,
      }),
    );
    return true;
  }

  async restart(
    names: readonly string[],
    listener: ActionListener,
    signal: AbortSignal,
    cause = 'restarted by you',
    overrides?: RunOverrides,
  ): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const unit = this.units.get(name) as ServiceUnit;
        if (!this.refused(unit, true, listener))
          await this.restartOne(unit, { cause, ...(overrides ? { overrides } : {}) }, listener, signal);
      }),
    );
  }

  /** Brings services up to their files: copy by copy where they declare that, else as a restart does. */
  async renew(names: readonly string[], listener: ActionListener, signal: AbortSignal, cause: string): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const unit = this.units.get(name) as ServiceUnit;
        if (!this.refused(unit, true, listener))
          await this.restartOne(unit, { cause, rolling: true }, listener, signal);
      }),
    );
  }

  private async restartOne(
    unit: ServiceUnit,
    run: { cause: string; overrides?: RunOverrides; rolling?: boolean },
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    const stop = this.follower.tell(unit, listener);
    const renewed = run.rolling ? unit.renew?.(run.cause) : undefined;
    const problem = await (renewed ?? unit.restart(run.cause, run.overrides)).finally(stop);
    if (problem === undefined) {
      await this.follower.follow(unit, listener, signal);
      return;
    }
    const next = `Correct it, then restart it; the next saved change builds it as well.`;
    this.follower.finish(unit, listener, { status: unit.message().status, text: problem, ok: false, next });
  }

  /** Goes back to an earlier version; ends when it serves. */
  async rollBack(
    name: string,
    version: number | undefined,
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void> {
    const unit = this.units.get(name) as ServiceUnit;
    if (!unit.rollBack) {
      throw new MicroError(
        'runtime.unsupported',
        `${name} runs as processes of this machine, of which no versions are kept`,
        {
          next: 'Bring the earlier version of its files back.',
        },
      );
    }
    const stop = this.follower.tell(unit, listener);
    await unit.rollBack(version).finally(stop);
    await this.follower.follow(unit, listener, signal);
  }

  /** Changes how many copies of a service run; ends when all of them are ready and those too many are gone. */
  async scale(name: string, count: number, listener: ActionListener, signal: AbortSignal): Promise<void> {
    const unit = this.units.get(name) as ServiceUnit;
    unit.scale(count);
    if (!unit.wanted) {
      const { status, reason } = unit.message();
      this.follower.finish(unit, listener, { status, text: reason || 'takes effect with the next start', ok: true });
      return;
    }
    await this.follower.follow(unit, listener, signal, () => {
      const { wanted, ready, leaving, failed } = unit.copies;
      if (wanted !== count) return false;
      return ready === count && leaving === 0 ? true : failed ? false : undefined;
    });
  }

  /** Says which services stop too, and why, before anything stops. */
  announceStops(stops: readonly { service: string; needs: string }[], listener: ActionListener): void {
    for (const { service, needs } of stops) {
      const { status } = (this.units.get(service) as ServiceUnit).message();
      listener(create(ActionEventSchema, { service, status, text: `stops too, because it needs ${needs}` }));
    }
  }

  /** Stops services, what needs another one before it; see {@link stopInOrder}. */
  async stop(names: readonly string[], request: StopRequest, listener: ActionListener): Promise<void> {
    await stopInOrder(this.dependencies, names, request.force ?? false, (name, handleEnded) =>
      this.followDown(this.units.get(name) as ServiceUnit, { ...request, handleEnded }, listener),
    );
  }

  private async followDown(unit: ServiceUnit, request: StopRequest, listener: ActionListener): Promise<void> {
    const stop = this.follower.tell(unit, listener);
    await unit.stop(request).finally(stop);
    const { status, reason } = unit.message();
    // Whatever keeps it from running (a circle, a missing program): what does not run is stopped.
    this.follower.finish(unit, listener, { status, text: reason, ok: unit.isResting });
  }
}
