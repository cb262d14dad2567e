import type { InstanceHost } from './instanceHost.ts';
import { type ReloadedService, replaceCopies } from './reloadService.ts';

/**
 * Does what a service declares for a change of the config: nothing (the next start has it), a signal to the first process
 * of each copy, or new copies in the place of the old ones, without a build. `why` is for people.
 */
export async function followConfig(
  host: Pick<InstanceHost, 'trees' | 'notify'>,
  service: ReloadedService,
  why: string,
): Promise<void> {
  const { copies } = service;
  const { name, onConfigChange } = service.spec;
  if (!service.isWanted() || copies.onlyWait) return;
  if (onConfigChange === 'none') {
    if (copies.serve) host.notify('info', name, `${why}; ${name} has it from its next start on`, 'config.followed');
    return;
  }
  if (onConfigChange !== 'restart' && process.platform !== 'win32') {
    for (const instance of copies.instances) {
      if (instance.phase !== 'ready' && instance.phase !== 'starting') continue;
      const isSent = await host.trees.signalLeader(instance.key, onConfigChange);
      if (isSent) instance.log.note(`${why}: ${onConfigChange} sent`);
    }
    host.notify('info', name, `${why}; ${name} was sent ${onConfigChange}`, 'config.followed');
    return;
  }
  host.notify('info', name, `${why}; ${name} is started anew with it`, 'config.followed');
  await replaceCopies(service, { cause: why, onSwap: () => {}, signal: new AbortController().signal });
}
