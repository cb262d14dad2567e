import { MicroError } from '../../../../shared/contract/errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The parts of a start, stop or restart request that say which services are meant. */
export interface ServiceSelection {
  services: readonly string[];
  project: string;
  all: boolean;
}

/**
 * Names that a selection means: those given, those of a project, or all. `everyOf` says which services a project or
 * everything stands for; by default all of them. Throws when the selection means nothing known.
 */
export function selectServices(
  runtime: Pick<Runtime, 'services' | 'projects'>,
  selection: ServiceSelection,
  everyOf: (project: string | undefined) => string[] = (project) =>
    runtime
      .services()
      .filter((service) => project === undefined || service.project === project)
      .map((service) => service.name),
): string[] {
  if (selection.services.length > 0) {
    const names = new Set(runtime.services().map((service) => service.name));
    for (const name of selection.services) {
      if (!names.has(name)) {
        throw new MicroError('service.not-found', `there is no service "${name}"`, {
          next: 'list them with: micro services',
        });
      }
    }
    return [...new Set(selection.services)];
  }
  if (selection.project) {
    if (!runtime.projects().some((project) => project.name === selection.project)) {
      throw new MicroError('project.not-found', `there is no open project "${selection.project}"`);
    }
    return everyOf(selection.project);
  }
  if (selection.all) return everyOf(undefined);
  throw new MicroError('api.invalid', 'services, project and all are empty: nothing was chosen');
}
