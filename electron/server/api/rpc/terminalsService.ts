import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import {
  type ListTerminalsResponse,
  ListTerminalsResponseSchema,
  type TerminalSchema,
  Terminals,
} from '../../../../shared/contract/gen/terminals_pb.ts';
import { Deferred } from '../../base/async.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { TerminalHost } from '../../terminals/terminalHost.ts';
import type { TerminalFacts } from '../../terminals/terminalTable.ts';
import { requireFolder, requireName } from './validate.ts';

/** ms between two lists sent to one reader: a shell changes its title with every command, nobody reads that fast. */
const FOLD_MS = 40;

/** Serves our own `desktop.Terminals`. */
export function terminalsService(router: ConnectRouter, terminals: TerminalHost, clock: Clock): void {
  router.service(Terminals, {
    list: () => listOf(terminals),
    watch: (_request, context) => watch(terminals, clock, context.signal),
    open: async (request) =>
      message(
        await terminals.shells.open({
          argv: request.command,
          service: request.service === '' ? '' : requireName('service', request.service),
          folder: request.folder === '' ? '' : requireFolder('folder', request.folder),
          name: request.name,
          cols: request.cols,
          rows: request.rows,
          commandLine: request.commandLine,
        }),
      ),
    rename: (request) => message(terminals.rename(request.id, request.name)),
    runAgain: async (request) => message(await terminals.shells.runAgain(request.id)),
    running: async (request) => ({ commands: await terminals.shells.running(request.id) }),
    async close(request) {
      await terminals.shells.close(request.id);
      return {};
    },
  });
}

function message(facts: TerminalFacts): MessageInitShape<typeof TerminalSchema> {
  const { ended, ...rest } = facts;
  if (!ended) return rest;
  const how = ended.code === undefined ? {} : { code: ended.code };
  return { ...rest, ended: { ...how, signal: ended.signal ?? '', at: ended.at } };
}

function listOf(terminals: TerminalHost): ListTerminalsResponse {
  return create(ListTerminalsResponseSchema, { terminals: terminals.list().map(message) });
}

/** The list now and after each change. A slow reader gets the newest list, not each one. */
async function* watch(
  terminals: TerminalHost,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<ListTerminalsResponse> {
  let wake = new Deferred<void>();
  const stir = (): void => wake.resolve();
  const subscription = terminals.onDidChange(stir);
  signal.addEventListener('abort', stir, { once: true });
  try {
    while (!signal.aborted) {
      wake = new Deferred();
      yield listOf(terminals);
      await wake.promise;
      await sleep(clock, FOLD_MS, signal).catch(() => {});
    }
  } finally {
    subscription.dispose();
    signal.removeEventListener('abort', stir);
  }
}
