import type { Clock } from './base/clock.ts';
import type { ConnectionOwners } from './host/connectionOwners.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { CallerLookup } from './traffic/callers.ts';

/** Ancestors of a process that are looked at; a service that starts its helpers more deeply than this is not known. */
const MAX_ANCESTORS = 32;

/**
 * ms that what is known of a process is used for the next connection of it: a client that opens hundreds at once is
 * looked at once. Short, since a number may come to belong to another process.
 */
const REMEMBER_MS = 500;

/** Finds the service of a local connection: the process at its other end, and the instance it descends from. */
export function callerLookup(
  owners: ConnectionOwners,
  table: Pick<ProcessTable, 'get'>,
  runtime: Pick<Runtime, 'services'>,
  clock: Pick<Clock, 'monotonic'>,
): CallerLookup {
  const serviceOf = async (process: number): Promise<string | undefined> => {
    const roots = new Map<number, string>();
    for (const { name, instances } of runtime.services()) {
      for (const instance of instances) if (instance.pid > 0) roots.set(instance.pid, name);
    }
    let pid = process;
    for (let depth = 0; pid > 1 && depth < MAX_ANCESTORS; depth++) {
      const service = roots.get(pid);
      if (service !== undefined) return service;
      pid = (await table.get(pid))?.ppid ?? 0;
    }
    return undefined;
  };
  let last = { pid: 0, until: 0, service: Promise.resolve<string | undefined>(undefined) };
  return {
    ownerOf: (...connection) => owners.ownerOf(...connection),
    serviceOfProcess(pid) {
      if (last.pid !== pid || clock.monotonic() >= last.until)
        last = { pid, until: clock.monotonic() + REMEMBER_MS, service: serviceOf(pid) };
      return last.service;
    },
  };
}
