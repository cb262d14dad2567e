import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { Console } from '../../../../shared/contract/gen/calls_pb.ts';
import type { CallConsole } from '../../calls/callConsole.ts';
import type { CallHistory } from '../../calls/callHistory.ts';
import type { EndpointCatalog } from '../../calls/endpointCatalog.ts';
import type { SavedCalls } from '../../calls/savedCalls.ts';
import { requireName } from './validate.ts';

/** Calls of the history that one answer holds when the client does not say. */
const DEFAULT_HISTORY = 50;
const MAX_HISTORY = 200;

/** Collaborators of {@link consoleService}. */
export interface ConsoleServiceOptions {
  console: Pick<CallConsole, 'call'>;
  catalog: Pick<EndpointCatalog, 'endpoints'>;
  callHistory: Pick<CallHistory, 'list' | 'clear'>;
  savedCalls: SavedCalls;
}

/** Serves `desktop.Console`. */
export function consoleService(router: ConnectRouter, options: ConsoleServiceOptions): void {
  const { console, catalog, callHistory, savedCalls } = options;
  router.service(Console, {
    async endpoints({ service, refresh }) {
      const { endpoints, notes } = await catalog.endpoints(requireName('service', service), refresh);
      return { endpoints, notes };
    },
    call: (request, { signal }) => console.call(request, signal),
    async history({ service, limit }) {
      return { calls: await callHistory.list(service, Math.min(MAX_HISTORY, limit > 0 ? limit : DEFAULT_HISTORY)) };
    },
    async clearHistory() {
      await callHistory.clear();
      return {};
    },
    async listSavedCalls({ project }) {
      return { calls: await savedCalls.list(project) };
    },
    async saveCall({ project, call }) {
      if (!call) throw new MicroError('api.invalid', 'call is missing');
      return { file: await savedCalls.save(project, call) };
    },
    async deleteSavedCall({ project, name }) {
      await savedCalls.remove(project, name);
      return {};
    },
  });
}
