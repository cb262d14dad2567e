import { systemClock } from './base/clock.ts';
import type { Logger } from './base/logger.ts';
import type { Sockets } from './api/http/sockets.ts';
import type { Launcher } from './host/launcher.ts';
import type { ProcessTrees } from './host/processTree.ts';
import type { Runtime } from './runtime/runtime.ts';
import { TerminalHost, type TerminalHostOptions } from './terminals/terminalHost.ts';
import { bundledScreenWorker, ThreadScreens } from './terminals/threadScreens.ts';

/** What the terminals of a server work with. */
export interface ServerTerminalsOptions extends Pick<TerminalHostOptions, 'environment'> {
  launcher: Launcher;
  trees: ProcessTrees;
  logger: Logger;
  sockets: Sockets;
  /** Asked when a shell is opened, which is after the start. */
  runtime: () => Runtime;
}

/** Makes the terminals of a server, each with a WebSocket at `/_ws/terminals/<id>`. */
export async function createServerTerminals(options: ServerTerminalsOptions): Promise<TerminalHost> {
  const worker = bundledScreenWorker();
  const terminals = new TerminalHost({
    ...options,
    clock: systemClock,
    screens: worker ? new ThreadScreens(worker, options.logger) : (await import('./terminals/screen.ts')).localScreens,
    servicePlace: (service) => options.runtime().place(service),
  });
  options.sockets.mount('terminals', (socket, id) => {
    terminals.attach(id, {
      send: (data) => socket.send(data),
      listen: (listener) =>
        socket.on('message', (data, isBinary) => listener(isBinary ? (data as Buffer) : String(data as Buffer))),
      whenClosed: (listener) => socket.on('close', listener),
      close: (code, reason) => socket.close(code, reason),
    });
  });
  return terminals;
}

/** Closes the terminals of services that are no more. */
export function forgetRemoved(terminals: TerminalHost, runtime: Runtime): { dispose(): void } {
  return runtime.onDidChange(({ removedServices }) => {
    for (const name of removedServices) terminals.live.forget(name);
  });
}
