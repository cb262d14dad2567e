import { create } from '@bufbuild/protobuf';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { Kind, type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { Dependencies } from './dependencies.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ActionListener } from './runtime.ts';
import type { RunOverrides, ServiceUnit } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

/** Failed attempts after which an action says that its service did not come up, although the service goes on trying. */
const attemptsUntilFailed = 3;
/** Lines of log that go with a failure. */
const lastLineCount = 10;

/** Starts, stops and restarts services and tells the truth about each until it is where it was wanted, or failed. */
export class Actions {
  constructor(
    private readonly host: InstanceHost,
    private readonly dependencies: Dependencies,
    private readonly units: ReadonlyMap<string, ServiceUnit>,
  ) {}

  /** What would be started besides `names`, each with the service that needs it. */
  plan(names: readonly string[]): { service: string; neededBy: string }[] {
    return this.dependencies
      .needsOf(names)
      .filter((name) => {
        const unit = this.units.get(name);
        return unit?.isResting && unit.condition('completed').state !== 'met';
      })
      .map((service) => ({ service, neededBy: this.neededBy(service, names) }));
  }

  private neededBy(service: string, names: readonly string[]): string {
    const closer = new Set([...names, ...this.dependencies.needsOf(names)]);
    for (const name of closer) {
      if (this.units.get(name)?.spec.dependsOn.some((dependency) => dependency.service === service)) return name;
    }
    return '';
  }

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
      followed.push(this.followUp(unit, listener, signal));
    }
    for (const name of names) {
      const unit = this.units.get(name) as ServiceUnit;
      if (this.refused(unit, true, listener)) continue;
      unit.start(cause, overrides);
      followed.push(this.followUp(unit, listener, signal));
    }
    await Promise.all(followed);
  }

  /** A service that must not be started is said to be so, once and for good. */
  private refused(unit: ServiceUnit, byName: boolean, listener: ActionListener): boolean {
    const { cycle, start, name } = unit.spec;
    const text = cycle
      ? `in a circle of dependencies: ${cycle}`
      : start === 'disabled'
        ? `${name} is disabled in micro.yaml (start: disabled)${byName ? '' : ', but needed'}`
        : undefined;
    if (text === undefined) return false;
    listener(create(ActionEventSchema, { service: name, status: Status.ERROR, text, done: true, ok: false }));
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
        if (this.refused(unit, true, listener)) return;
        const stop = this.report(unit, listener);
        await unit.restart(cause, overrides).finally(stop);
        await this.followUp(unit, listener, signal);
      }),
    );
  }

  /** Changes how many copies of a service run; ends when all of them are ready and those too many are gone. */
  async scale(name: string, count: number, listener: ActionListener, signal: AbortSignal): Promise<void> {
    const unit = this.units.get(name) as ServiceUnit;
    unit.scale(count);
    if (!unit.wanted) {
      const { status, reason } = unit.message();
      this.finish(unit, listener, status, reason || 'takes effect with the next start', true);
      return;
    }
    await this.followUp(unit, listener, signal, () => {
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

  /** Stops services so that what needs another one ends before it; what has nothing to do with each other ends side by side. */
  async stop(names: readonly string[], request: StopRequest, listener: ActionListener): Promise<void> {
    const chosen = new Set(names);
    const ends = new Map<string, Promise<void>>();
    const stopOne = (name: string, path: readonly string[]): Promise<void> => {
      let end = ends.get(name);
      if (!end) {
        const dependents = this.dependencies
          .dependentsOf([name])
          .filter((other) => chosen.has(other) && !path.includes(other));
        const unit = this.units.get(name) as ServiceUnit;
        end = (async () => {
          // With force nobody waits for anybody.
          if (!request.force) await Promise.all(dependents.map((other) => stopOne(other, [...path, name])));
          await this.followDown(unit, request, listener);
        })();
        ends.set(name, end);
      }
      return end;
    };
    await Promise.all(names.map((name) => stopOne(name, [])));
  }

  private async followDown(unit: ServiceUnit, request: StopRequest, listener: ActionListener): Promise<void> {
    const stop = this.report(unit, listener);
    await unit.stop(request).finally(stop);
    const { status, reason } = unit.message();
    // Whatever keeps it from running (a circle, a missing program): what does not run is stopped.
    this.finish(unit, listener, status, reason, unit.isResting);
  }

  /** Tells each change of status or reason; the result ends it. */
  private report(unit: ServiceUnit, listener: ActionListener): () => void {
    let last = '';
    const tell = (): void => {
      const { status, reason } = unit.message();
      const key = `${status} ${reason}`;
      if (key === last) return;
      last = key;
      listener(create(ActionEventSchema, { service: unit.spec.name, status, text: reason }));
    };
    const subscription = unit.onDidChange(tell);
    return () => subscription.dispose();
  }

  /** Tells what happens to a service until `decide` knows whether it got where it was wanted. */
  private followUp(
    unit: ServiceUnit,
    listener: ActionListener,
    signal: AbortSignal,
    decide: (unit: ServiceUnit, message: Service) => boolean | undefined = upVerdict,
  ): Promise<void> {
    return new Promise((resolve) => {
      let last = '';
      const end = (): void => {
        subscription.dispose();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const check = (): void => {
        const message = unit.message();
        const { status, reason } = message;
        const verdict = decide(unit, message);
        if (verdict !== undefined) {
          end();
          this.finish(unit, listener, status, reason, verdict);
          return;
        }
        const key = `${status} ${reason}`;
        if (key === last) return;
        last = key;
        listener(create(ActionEventSchema, { service: unit.spec.name, status, text: reason }));
      };
      const subscription = unit.onDidChange(check);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      else check();
    });
  }

  private finish(unit: ServiceUnit, listener: ActionListener, status: Status, text: string, ok: boolean): void {
    const { name } = unit.spec;
    const lastLines = ok ? [] : this.host.logs.lastLines(name, lastLineCount);
    const next = ok ? '' : unit.message().next;
    listener(create(ActionEventSchema, { service: name, status, text, done: true, ok, lastLines, next }));
  }
}

/** Whether a started service got there; undefined while that is open. */
function upVerdict(unit: ServiceUnit, message: Service): boolean | undefined {
  switch (message.status) {
    case Status.RUNNING:
      return message.kind === Kind.TASK ? undefined : true;
    case Status.ERROR:
      return false;
    case Status.STOPPED:
      return message.kind === Kind.TASK && message.reason === 'completed';
    case Status.PENDING:
      if (message.next !== '') return false;
      return unit.attempts >= attemptsUntilFailed ? false : undefined;
    default:
      return undefined;
  }
}
