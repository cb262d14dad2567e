import { resolve } from 'node:path';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { Project } from '../../../shared/contract/gen/state_pb.ts';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/logger.ts';
import { nearest } from '../project/nearest.ts';
import { OpenProject } from '../project/openProject.ts';
import type { Actions } from './actions.ts';
import type { ChangeCollector } from './changeCollector.ts';
import type { InstanceHost } from './instanceHost.ts';
import { projectMessage } from './projectMessage.ts';
import type { ActionListener } from './runtime.ts';
import type { Units } from './units.ts';

/** What {@link Projects} work with. */
export interface ProjectsOptions {
  clock: Clock;
  units: Units;
  actions: Actions;
  changes: ChangeCollector;
  notify: InstanceHost['notify'];
  /** Throws `server.stopping` once the server ends: nothing is opened any more. */
  checkRunning: () => void;
  /** The list of open projects has changed. */
  save: () => void;
}

/** The open projects: their services come and go with their manifests. */
export class Projects {
  private readonly byName = new Map<string, OpenProject>();
  /** Folders whose project could not be opened at the start; they stay on the list. */
  private readonly broken = new Map<string, number>();

  constructor(private readonly options: ProjectsOptions) {}

  messages(): Project[] {
    return [...this.byName.values()].map(projectMessage);
  }

  /** What is opened again at the next start. */
  saved(): { folder: string; openedAt: number }[] {
    return [
      ...[...this.byName.values()].map(({ folder, openedAt }) => ({ folder, openedAt })),
      ...[...this.broken].map(([folder, openedAt]) => ({ folder, openedAt })),
    ];
  }

  /** Opens what was open; a project that cannot be opened is said and kept for the next time. */
  async restore({ folder, openedAt }: { folder: string; openedAt: number }): Promise<void> {
    this.broken.set(resolve(folder), openedAt);
    try {
      await this.open(folder);
    } catch (error) {
      const text = `the project in ${folder} could not be opened: ${errorText(error)}`;
      this.options.notify('error', '', text, toMicroError(error).code);
    }
  }

  async open(folder: string): Promise<{ project: Project; services: string[] }> {
    const { clock, units, changes, checkRunning, save } = this.options;
    checkRunning();
    const path = resolve(folder);
    const already = [...this.byName.values()].find((project) => project.folder === path);
    if (already) return answer(already);
    const project = new OpenProject(path, this.broken.get(path) ?? clock.now(), clock);
    await project.load();
    const { name, services } = project.manifest;
    const other = this.byName.get(name);
    if (other) {
      throw new MicroError('project.name-taken', `a project named "${name}" is already open (${other.folder})`, {
        next: 'Give one of them another name in its micro.yaml.',
      });
    }
    for (const spec of services) units.checkNameFree(spec);
    this.byName.set(name, project);
    this.broken.delete(path);
    for (const spec of services) units.add(spec);
    project.onDidChange(() => this.followManifest(project));
    project.watch();
    this.sayProblem(project);
    changes.project();
    save();
    return answer(project);
  }

  async close(name: string, listener: ActionListener): Promise<void> {
    const { units, actions, changes, save } = this.options;
    const project = this.byName.get(name);
    if (!project) {
      const near = nearest(name, this.byName.keys());
      throw new MicroError(
        'project.not-found',
        `no open project is named "${name}"`,
        near ? { next: `Did you mean "${near}"?` } : {},
      );
    }
    project.dispose();
    const names = units.ofProject(name).map((unit) => unit.spec.name);
    await actions.stop(names, { why: 'the project was closed' }, listener);
    for (const each of names) units.remove(each);
    this.byName.delete(name);
    changes.project();
    save();
  }

  dispose(): void {
    for (const project of this.byName.values()) project.dispose();
  }

  /** micro.yaml changed: only what changed in it is touched. */
  private followManifest(project: OpenProject): void {
    const { units, changes, notify, save } = this.options;
    changes.project();
    this.sayProblem(project);
    const wanted = new Map(project.manifest.services.map((spec) => [spec.name, spec]));
    for (const unit of units.ofProject(project.manifest.name)) {
      const spec = wanted.get(unit.spec.name);
      wanted.delete(unit.spec.name);
      const sameKind = spec && (spec.kind === 'external') === (unit.spec.kind === 'external');
      if (spec && sameKind) {
        if (JSON.stringify(spec) !== JSON.stringify(unit.spec)) unit.update(spec);
        continue;
      }
      void units.retire(unit, 'it is not in micro.yaml any more').then(() => {
        const again = project.manifest.services.find((each) => each.name === unit.spec.name);
        const isOpen = this.byName.get(project.manifest.name) === project;
        if (again && isOpen && !units.has(again.name)) units.add(again);
      });
    }
    for (const spec of wanted.values()) {
      try {
        units.checkNameFree(spec);
        units.add(spec);
      } catch (error) {
        notify('error', spec.name, errorText(error), toMicroError(error).code);
      }
    }
    save();
  }

  private sayProblem({ problem }: OpenProject): void {
    if (problem) this.options.notify('error', '', problem.message, problem.code);
  }
}

function answer(project: OpenProject): { project: Project; services: string[] } {
  return { project: projectMessage(project), services: project.manifest.services.map((spec) => spec.name) };
}
