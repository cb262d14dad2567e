import { MicroError } from '../../../shared/contract/errors.ts';
import type { TreeKey } from '../host/processTree.ts';
import { nearest } from '../project/nearest.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ChangeCollector } from './changeCollector.ts';
import type { Dependencies } from './dependencies.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** What {@link Units} work with. */
export interface UnitsOptions {
  /** The services themselves, by name; others read it too, only `Units` writes it. */
  byName: Map<string, ServiceUnit>;
  /** Makes what stands behind a declaration. */
  createUnit: (spec: ServiceSpec) => ServiceUnit;
  dependencies: Dependencies;
  changes: ChangeCollector;
  /** What is to run at the next start has changed. */
  handleWanted: () => void;
  /** A service is taken out. */
  handleRemoval: (name: string) => void;
}

/** Puts services in and takes them out, and tells everybody of their changes. */
export class Units {
  /** Units whose changes are told already; one that stood behind an attached process comes back. */
  private readonly followed = new WeakSet<ServiceUnit>();

  constructor(private readonly options: UnitsOptions) {}

  /** The service of a name; throws `service.not-found` with the nearest one. */
  get(name: string): ServiceUnit {
    const unit = this.options.byName.get(name);
    if (unit) return unit;
    const near = nearest(name, this.options.byName.keys());
    throw new MicroError('service.not-found', `there is no service "${name}"`, {
      next: near ? `Did you mean "${near}"?` : 'See which there are: micro status.',
    });
  }

  /** Throws `service.not-found` unless every name is that of a service. */
  check(names: readonly string[]): void {
    for (const name of names) this.get(name);
  }

  /** Throws `project.name-taken` when another service has the name. */
  checkNameFree(spec: ServiceSpec): void {
    const taken = this.options.byName.get(spec.name);
    if (!taken) return;
    const where = taken.spec.project ? `the project ${taken.spec.project}` : 'the added services';
    throw new MicroError('project.name-taken', `a service named "${spec.name}" is already in ${where}`, {
      next: 'Give one of them another name, or close the other project.',
    });
  }

  ofProject(project: string): ServiceUnit[] {
    return [...this.options.byName.values()].filter((unit) => unit.spec.project === project);
  }

  /** The process trees of all live instances. */
  trees(): { service: string; key: TreeKey }[] {
    return [...this.options.byName.values()].flatMap((unit) =>
      unit.trees().map((key) => ({ service: unit.spec.name, key })),
    );
  }

  /** Nothing runs here, is on its way, or is going to be run by its schedule. */
  get areIdle(): boolean {
    const needed = ({ isResting, wanted, spec }: ServiceUnit): boolean =>
      spec.kind !== 'external' && (!isResting || (wanted && spec.schedule !== undefined));
    return ![...this.options.byName.values()].some(needed);
  }

  /** What "start everything" starts, of one project when given. */
  startedByDefault(project?: string): string[] {
    return [...this.options.byName.values()]
      .filter(({ spec }) => spec.start === 'auto' && (project === undefined || spec.project === project))
      .map(({ spec }) => spec.name);
  }

  has(name: string): boolean {
    return this.options.byName.has(name);
  }

  add(spec: ServiceSpec): ServiceUnit {
    const unit = this.options.createUnit(spec);
    this.put(unit);
    return unit;
  }

  put(unit: ServiceUnit): void {
    const { byName, changes, dependencies, handleWanted } = this.options;
    const { name } = unit.spec;
    byName.set(name, unit);
    if (!this.followed.has(unit)) {
      this.followed.add(unit);
      let wanted = unit.wanted;
      unit.onDidChange(() => {
        if (byName.get(name) !== unit) return;
        changes.service(name);
        dependencies.noteChange(name);
        if (unit.wanted === wanted) return;
        wanted = unit.wanted;
        handleWanted();
      });
    }
    changes.service(name);
    dependencies.noteChange(name);
  }

  remove(name: string): void {
    const { byName, changes, dependencies, handleRemoval } = this.options;
    handleRemoval(name);
    byName.get(name)?.dispose();
    byName.delete(name);
    changes.removedService(name);
    dependencies.noteChange(name);
  }

  /** Stops a service and takes it out, unless another one has its name by then. */
  async retire(unit: ServiceUnit, why: string): Promise<void> {
    await unit.stop({ why });
    if (this.options.byName.get(unit.spec.name) === unit) this.remove(unit.spec.name);
  }
}
