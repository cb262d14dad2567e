import { MicroError } from '../../shared/contract/errors.ts';
import type { Logger } from './base/logger.ts';
import type { ProcessTable } from './host/processTable.ts';

/** How many ports above the usual one are tried; more than that in use means that something is wrong. */
const MAX_TRIES = 50;

/** What {@link listenOnPort} needs. */
export interface PortChoice {
  /** What the port is for, as it is called in messages, e.g. `gateway`. */
  purpose: string;
  /** Tries to listen; resolves with the port, rejects with the system's error. */
  listen: (port: number) => Promise<number>;
  /** The port that was asked for (0: any free one); undefined: the usual one or the next free one. */
  asked: number | undefined;
  usual: number;
  table: Pick<ProcessTable, 'listeners'>;
  logger: Logger;
}

/**
 * Listens on the port that was asked for, or on the usual one or the next free one. A taken port is explained with its
 * owner: as an error (`port.taken`) when the port was asked for, else as a message.
 */
export async function listenOnPort(choice: PortChoice): Promise<{ port: number; moved: string | undefined }> {
  const first = choice.asked ?? choice.usual;
  let moved: string | undefined;
  for (let port = first; port < first + MAX_TRIES && port < 65536; port++) {
    try {
      return { port: await choice.listen(port), moved };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
      const why =
        code === 'EACCES' ? 'may not be used by this user' : `is held by ${await ownerOf(port, choice.table)}`;
      if (choice.asked !== undefined) {
        throw new MicroError('port.taken', `port ${port} for the ${choice.purpose} ${why}`, {
          next: `stop that process, or choose another port with --${choice.purpose} (0 takes any free one)`,
          details: { port },
          cause: error,
        });
      }
      moved ??= `port ${port} ${why}`;
      choice.logger.info(`port ${port} for the ${choice.purpose} ${why}; trying the next one`);
    }
  }
  throw new MicroError(
    'port.taken',
    `no free port from ${first} to ${first + MAX_TRIES - 1} for the ${choice.purpose}`,
  );
}

/** The holder of a port in words: `node (pid 812)`. */
export async function ownerOf(port: number, table: Pick<ProcessTable, 'listeners'>): Promise<string> {
  const listeners = await table.listeners().catch(() => []);
  const owner = listeners.find((listener) => listener.port === port);
  if (!owner || owner.pid === 0) return 'another process';
  const program = owner.command.split(' ', 1)[0]?.split(/[\\/]/).pop() || 'a process';
  return `${program} (pid ${owner.pid})`;
}
