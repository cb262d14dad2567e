import { useMemo } from 'react';
import type { Project, Service } from '../../shared/contract/gen/state_pb.ts';
import { useProjects, useServices } from './serverState.ts';
import { useUi } from './uiState.ts';

/** The project the window is narrowed to; undefined when it shows all. A single one is always it. */
export function useShownProject(): Project | undefined {
  const projects = useProjects();
  const chosen = useUi((state) => state.project);
  if (projects.size === 1) return projects.values().next().value;
  return projects.get(chosen);
}

/** Services of the shown project, sorted by name; those that belong to no project are part of every view. */
export function useShownServices(): readonly Service[] {
  const services = useServices();
  const project = useShownProject()?.name;
  return useMemo(
    () =>
      [...services.values()]
        .filter((service) => project === undefined || service.project === project || service.project === '')
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    [services, project],
  );
}
