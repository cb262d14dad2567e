import { createServer } from 'node:net';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { toDisposable } from '../base/lifecycle.ts';
import type { Listener, ProcessTable } from './processTable.ts';

/** Addresses of which any can hold a port against a service: loopback and wildcard, of both families. */
const ADDRESSES = ['127.0.0.1', '0.0.0.0', '::1', '::'] as const;

/**
 * How long, in ms, a port that was handed out is not handed out again. The service needs this time to start and listen;
 * afterwards the port is seen to be taken. Reservations that are held longer are given back by their owner.
 */
const RESERVATION_MS = 60_000;

/** How often the system is asked for a free port before giving up; it repeats itself only when it has few left. */
const TRIES = 64;

/** Who holds a port. */
export interface PortOwner {
  port: number;
  /** 0 when the system does not tell (a process of another user). */
  pid: number;
  /** Program name, e.g. `node`; empty when not told. */
  name: string;
  /** Whole command line; empty when not told. */
  command: string;
}

/** Finds free ports and tells who holds the others. */
export class Ports {
  private readonly reserved = new Map<number, number>();
  private readonly clock: Clock;

  constructor(
    private readonly table: Pick<ProcessTable, 'listeners'>,
    options: { clock?: Clock } = {},
  ) {
    this.clock = options.clock ?? systemClock;
  }

  /**
   * A port that nobody listens on and that was not handed out lately. `preferred` is taken when it is free, so that a
   * restarted service keeps its address. Throws `port.taken` when the machine has none left.
   */
  async findFree(preferred?: number): Promise<number> {
    if (preferred !== undefined && !this.isReserved(preferred) && (await this.isFree(preferred))) {
      return this.reserve(preferred);
    }
    for (let i = 0; i < TRIES; i++) {
      const port = await bindOnce(0, '127.0.0.1');
      if (port === undefined || this.isReserved(port)) continue;
      // Taken before the next await, so that two callers never get the same.
      this.reserve(port);
      if (await this.isFree(port)) return port;
      this.reserved.delete(port);
    }
    throw new MicroError('port.taken', `no free port was found in ${TRIES} tries`, { retryable: true });
  }

  /** Keeps `port` from being handed out until the result is disposed or a minute has passed. */
  hold(port: number): Disposable {
    this.reserve(port);
    return toDisposable(() => this.reserved.delete(port));
  }

  /** The service listens, or will not: the port needs no protection any more. */
  release(port: number): void {
    this.reserved.delete(port);
  }

  /** True when nothing listens on `port` of any loopback or wildcard address. */
  async isFree(port: number): Promise<boolean> {
    for (const address of ADDRESSES) if ((await bindOnce(port, address)) === undefined) return false;
    return true;
  }

  /** Who listens on `port`, or undefined when nobody does. */
  async owner(port: number): Promise<PortOwner | undefined> {
    const listeners = (await this.table.listeners()).filter((listener) => listener.port === port);
    const listener = listeners.find((l) => l.pid > 0) ?? listeners[0];
    if (listener) return { port, pid: listener.pid, name: programName(listener.command), command: listener.command };
    return (await this.isFree(port)) ? undefined : { port, pid: 0, name: '', command: '' };
  }

  /** Rejects with `port.taken`, naming the owner, unless `port` is free. */
  async requireFree(port: number): Promise<void> {
    if (await this.isFree(port)) return;
    throw portTaken(port, await this.owner(port));
  }

  private reserve(port: number): number {
    this.reserved.set(port, this.clock.monotonic() + RESERVATION_MS);
    return port;
  }

  private isReserved(port: number): boolean {
    const until = this.reserved.get(port);
    if (until === undefined) return false;
    if (until > this.clock.monotonic()) return true;
    this.reserved.delete(port);
    return false;
  }
}

/** The error of a port that was asked for and is held, e.g. `port 4001 is held by node (pid 812)`. */
export function portTaken(port: number, owner: PortOwner | undefined): MicroError {
  const by = owner && owner.pid > 0 ? `${owner.name || 'a process'} (pid ${owner.pid})` : 'another process';
  return new MicroError('port.taken', `port ${port} is held by ${by}`, {
    next: 'Stop that process, or choose another port (`port: auto` takes any).',
    retryable: true,
    details: {
      port,
      ...(owner && owner.pid > 0 ? { pid: owner.pid, name: owner.name, command: owner.command } : {}),
    },
  });
}

/** Splits listeners of a port into those of `members` and foreign ones: only a member's listener proves readiness. */
export function splitOwnership(
  listeners: readonly Listener[],
  port: number,
  members: ReadonlySet<number>,
): { own: Listener[]; foreign: Listener[] } {
  const all = listeners.filter((listener) => listener.port === port);
  return {
    own: all.filter((listener) => members.has(listener.pid)),
    foreign: all.filter((listener) => !members.has(listener.pid)),
  };
}

/** `/usr/bin/node server.js` → `node`. */
export function programName(command: string): string {
  const program = /^"([^"]+)"/.exec(command)?.[1] ?? command.split(' ')[0] ?? '';
  return program
    .replace(/^.*[\\/]/, '')
    .replace(/\.exe$/i, '')
    .replace(/:$/, '');
}

/** Listens for a moment (so never ask about the port of a service that is just starting); the port, or undefined when it is taken. An address that this machine lacks is never taken. */
function bindOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A port that needs privileges is not taken: the service itself is told that it may not have it.
      const absent = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EACCES'].includes(error.code ?? '');
      resolve(absent ? port : undefined);
    });
    server.listen({ port, host, exclusive: true, ipv6Only: host.includes(':') }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
