import type { ReloadedService } from './reloadService.ts';
import type { RunOverrides } from './serviceUnit.ts';

/** A service as a restart sees it. */
export type RestartedService = Pick<ReloadedService, 'builds' | 'copies' | 'spec' | 'isOvertaken' | 'changed'>;

/**
 * Builds a service while its old version serves, then ends every copy and starts it anew. A build that fails leaves the
 * old version serving. Resolves when the new copies are on their way.
 */
export async function restartService(
  service: RestartedService,
  cause: string,
  overrides: RunOverrides | undefined,
): Promise<void> {
  const { copies } = service;
  // One that only waits for its dependencies has nothing to restart; it goes on waiting (SUP-06).
  if (copies.onlyWait) return;
  if (!(await isBuilt(service, cause)) || service.isOvertaken()) return;
  await copies.haltForRestart(`restarted: ${cause}`);
  if (service.isOvertaken()) return;
  copies.begin(cause, overrides);
  service.changed();
}

/** Builds now when that is needed and the old version can serve meanwhile; else the start builds. */
async function isBuilt({ builds, copies, spec }: RestartedService, cause: string): Promise<boolean> {
  if (!spec.build || !copies.serve) {
    builds.isDue = true;
    return true;
  }
  const built = await builds.run(cause, new AbortController().signal);
  builds.pendingLog = built.ok ? built.log : undefined;
  builds.isDue = false;
  return built.ok;
}
