import type { ConnectionOwners } from './host/connectionOwners.ts';
import type { ProcessTable } from './host/processTable.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { CallerLookup } from './traffic/callers.ts';

/** Ancestors of a process that are looked at; a service that starts its helpers more deeply than this is not known. */
const MAX_ANCESTORS = 32;

/** Finds the service of a local connection: the process at its other end, and the instance it descends from. */
export function callerLookup(
  owners: ConnectionOwners,
  table: Pick<ProcessTable, 'get'>,
  runtime: Pick<Runtime, 'services'>,
): CallerLookup {
  return {
    ownerOf: (clientPort, serverPort) => owners.ownerOf(clientPort, serverPort),
    async serviceOfProcess(pid) {
      const roots = new Map<number, string>();
      for (const { name, instances } of runtime.services()) {
        for (const instance of instances) if (instance.pid > 0) roots.set(instance.pid, name);
      }
      for (let depth = 0; pid > 1 && depth < MAX_ANCESTORS; depth++) {
        const service = roots.get(pid);
        if (service !== undefined) return service;
        pid = (await table.get(pid))?.ppid ?? 0;
      }
      return undefined;
    },
  };
}
