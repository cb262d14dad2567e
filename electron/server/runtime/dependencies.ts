import { Emitter } from '../base/event.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { WaitState } from './replicaState.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** Knows how the services of the runtime need each other. */
export class Dependencies {
  private readonly changes = new Emitter<string>();

  constructor(private readonly units: ReadonlyMap<string, ServiceUnit>) {}

  /** Tells those who wait that a service changed. */
  noteChange(name: string): void {
    this.changes.fire(name);
  }

  /** Whether everything a service needs is there, and what is missing. */
  evaluate(spec: ServiceSpec): WaitState {
    const waitingFor: WaitState['waitingFor'] = [];
    let blocked: string | undefined;
    let hopeless = false;
    if (spec.cycle) return { waitingFor, blocked: `in a circle of dependencies: ${spec.cycle}` };
    for (const { service, condition } of spec.dependsOn) {
      const unit = this.units.get(service);
      const state = unit
        ? unit.condition(condition)
        : ({ state: 'blocked', text: `there is no service ${service}` } as const);
      if (state.state === 'wait') {
        waitingFor.push({ service, text: state.text });
        hopeless ||= state.hopeless;
      } else if (state.state === 'blocked') {
        blocked ??= state.text;
      }
    }
    return { waitingFor, ...(blocked === undefined ? {} : { blocked }), hopeless };
  }

  /** Resolves when everything is there; `onWait` hears what is missing whenever that changes. */
  wait(spec: ServiceSpec, onWait: (wait: WaitState) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const needed = new Set(spec.dependsOn.map(({ service }) => service));
      let last = '';
      const check = (): void => {
        const wait = this.evaluate(spec);
        if (wait.waitingFor.length === 0 && wait.blocked === undefined) {
          finish();
          resolve();
          return;
        }
        const text = JSON.stringify(wait);
        if (text === last) return;
        last = text;
        onWait(wait);
      };
      const subscription = this.changes.event((name) => {
        if (needed.has(name)) check();
      });
      const abort = (): void => {
        finish();
        reject(signal.reason as Error);
      };
      const finish = (): void => {
        subscription.dispose();
        signal.removeEventListener('abort', abort);
      };
      if (signal.aborted) abort();
      else {
        signal.addEventListener('abort', abort, { once: true });
        check();
      }
    });
  }

  /** Names of the services that need one of `names`, directly or through others. */
  dependentsOf(names: readonly string[]): string[] {
    return this.reach(names, (name) =>
      [...this.units.values()]
        .filter((unit) => unit.spec.dependsOn.some((d) => d.service === name))
        .map((unit) => unit.spec.name),
    );
  }

  /** What runs and needs one of `names`, directly or through others, each with the service that it needs. */
  runningDependents(names: readonly string[]): { service: string; needs: string }[] {
    const chosen = [...names];
    return this.dependentsOf(names).flatMap((service) => {
      const unit = this.units.get(service);
      if (!unit || unit.isResting) return [];
      const needed = unit.spec.dependsOn.find((dependency) => chosen.includes(dependency.service));
      chosen.push(service);
      return [{ service, needs: needed?.service ?? '' }];
    });
  }

  /** Names of the services that `names` need, directly or through others. */
  needsOf(names: readonly string[]): string[] {
    return this.reach(names, (name) => this.units.get(name)?.spec.dependsOn.map((d) => d.service) ?? []);
  }

  private reach(names: readonly string[], next: (name: string) => readonly string[]): string[] {
    const found = new Set<string>();
    const queue = [...names];
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      for (const other of next(name)) {
        if (found.has(other) || names.includes(other) || !this.units.has(other)) continue;
        found.add(other);
        queue.push(other);
      }
    }
    return [...found];
  }

  /** Hot reload with `cascade`: everything that runs and needs `name` is restarted. */
  restartDependents(name: string, cause: string): void {
    for (const dependent of this.dependentsOf([name])) {
      const unit = this.units.get(dependent);
      if (unit?.wanted && !unit.isResting) void unit.restart(`${name} was reloaded (${cause})`);
    }
  }

  dispose(): void {
    this.changes.dispose();
  }
}
