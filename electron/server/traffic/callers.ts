import type { Socket } from 'node:net';
import { OUTSIDE } from './call.ts';

/** Finds out which service a local process belongs to. */
export interface CallerLookup {
  /** The process at the other end of a connection, unless that is not `isOpen` any more. */
  ownerOf(clientPort: number, serverPort: number, isOpen: () => boolean): Promise<number | undefined>;
  /** The service that a process belongs to; undefined when it belongs to none. */
  serviceOfProcess(pid: number): Promise<string | undefined>;
}

/**
 * Connections that are looked up at once; what comes beyond has to wait its turn. Those of one moment share one look at the
 * system, so that many at once cost little more than one, and less than many one after the other.
 */
const MAX_LOOKUPS = 64;

/** Look-ups that may wait. In a flood of short connections (a load test) the rest counts as from outside. */
const MAX_WAITING = 200;

/**
 * Tells who calls, for callers that do not say so with their token: by the process that holds the other end of the
 * connection, asked once for each connection. So the graph needs nothing of the services, not even an environment variable.
 */
export class Callers {
  private readonly known = new WeakMap<Socket, string | Promise<string>>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly lookup: CallerLookup) {}

  /** The name of the calling service, or OUTSIDE; a promise for the first requests of a connection. */
  callerOf(socket: Socket): string | Promise<string> {
    const known = this.known.get(socket);
    if (known !== undefined) return known;
    const { remotePort, localPort } = socket;
    if (remotePort === undefined || localPort === undefined || this.waiting.length >= MAX_WAITING) return OUTSIDE;
    const found = this.find(remotePort, localPort, () => !socket.destroyed).then((name) => {
      this.known.set(socket, name);
      return name;
    });
    this.known.set(socket, found);
    return found;
  }

  private async find(clientPort: number, serverPort: number, isOpen: () => boolean): Promise<string> {
    if (this.running >= MAX_LOOKUPS) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running++;
    try {
      const pid = await this.lookup.ownerOf(clientPort, serverPort, isOpen);
      return (pid !== undefined && (await this.lookup.serviceOfProcess(pid))) || OUTSIDE;
    } catch {
      return OUTSIDE;
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }
}
