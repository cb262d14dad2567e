import type { ReloadedService } from './reloadService.ts';
import type { RunOverrides } from './serviceUnit.ts';

/** A service as a restart sees it. */
export type RestartedService = Pick<ReloadedService, 'builds' | 'copies' | 'spec' | 'isOvertaken' | 'changed'>;

/**
 * Builds a service while its old version serves, then ends every copy and starts it anew. Resolves when the new copies
 * are on their way, or with why the old version goes on serving: its build failed.
 */
export async function restartService(
  service: RestartedService,
  cause: string,
  overrides: RunOverrides | undefined,
): Promise<string | undefined> {
  const { copies, builds } = service;
  // One that only waits for its dependencies has nothing to restart; it goes on waiting (SUP-06).
  if (copies.onlyWait && !overrides) return undefined;
  if (!(await isBuilt(service, cause))) {
    const { status, message } = builds.state;
    return status === 'failed' ? `build failed: ${message.split('\n')[0] ?? ''}; old version serving` : undefined;
  }
  if (service.isOvertaken()) return undefined;
  await copies.haltForRestart(`restarted: ${cause}`, overrides ? undefined : cause);
  if (service.isOvertaken()) return undefined;
  copies.begin(cause, overrides);
  service.changed();
  return undefined;
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
