import { MicroError } from '../../../shared/contract/errors.ts';
import type { ProcessTable } from '../host/processTable.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { PortCheck } from './options.ts';

/** Below the ports that systems take for outgoing connections (from 32768 on Linux, 49152 elsewhere), above the well-known ones. */
const firstPort = 20_000;
const portCount = 10_000;

/** Who has a port: a service of this server, or a process; neither when the system does not tell. */
export interface PortHolder {
  port: number;
  service?: string;
  process?: { pid: number; name: string; command: string };
}

/**
 * Gives ports to instances. The port of a service is derived from its name, so that it stays the same over restarts
 * of service, server and machine as long as it is free.
 */
export class PortAllocator {
  /** Ports given out, with the instance that has them. */
  private readonly reserved = new Map<number, { instance: string; service: string }>();

  constructor(
    private readonly ports: PortCheck,
    private readonly processes: Pick<ProcessTable, 'listeners'>,
  ) {}

  /** The port of an instance, as it was asked for: a chosen one, any free one, or none. Rejects like {@link claim}. */
  async take(wanted: ServiceSpec['port'], service: string, instance: string): Promise<number | undefined> {
    if (wanted === 'none') return undefined;
    if (typeof wanted !== 'number') return this.assign(service, instance);
    await this.claim(wanted, service, instance);
    return wanted;
  }

  /** A free port for an instance; `release` gives it back. */
  async assign(service: string, instance: string): Promise<number> {
    const start = hash(service) % portCount;
    for (let step = 0; step < portCount; step++) {
      const port = firstPort + ((start + step) % portCount);
      if (this.reserved.has(port)) continue;
      this.reserved.set(port, { instance, service });
      if (await this.ports.isFree(port)) return port;
      this.reserved.delete(port);
    }
    throw new MicroError('port.taken', `no port between ${firstPort} and ${firstPort + portCount - 1} is free`);
  }

  /** Takes a chosen port. Rejects with `port.taken` and the owner's name, pid and command when it is held. */
  async claim(port: number, service: string, instance: string): Promise<void> {
    const owner = this.reserved.get(port);
    if (owner && owner.instance !== instance) throw takenBy({ port, service: owner.service }, service);
    this.reserved.set(port, { instance, service });
    if (await this.ports.isFree(port)) return;
    this.reserved.delete(port);
    throw takenBy(await this.processHolding(port), service);
  }

  /** Rejects like {@link claim} when a port is held now, without taking it. */
  async check(port: number, service: string): Promise<void> {
    const holder = await this.holder(port);
    if (holder) throw takenBy(holder, service);
  }

  /** Who has a port, or undefined when it is free. */
  async holder(port: number): Promise<PortHolder | undefined> {
    const owner = this.reserved.get(port);
    if (owner) return { port, service: owner.service };
    return (await this.ports.isFree(port)) ? undefined : this.processHolding(port);
  }

  private async processHolding(port: number): Promise<PortHolder> {
    const holder = (await this.processes.listeners()).find((listener) => listener.port === port);
    if (!holder || holder.pid === 0) return { port };
    const name = holder.command.split(' ')[0]?.split(/[\\/]/).at(-1) || 'a process';
    return { port, process: { pid: holder.pid, name, command: holder.command } };
  }

  release(instance: string): void {
    for (const [port, owner] of this.reserved) if (owner.instance === instance) this.reserved.delete(port);
  }
}

function takenBy({ port, service, process }: PortHolder, wantedBy: string): MicroError {
  const owner = service
    ? `the service ${service}`
    : process
      ? `${process.name} (pid ${process.pid}): ${process.command}`
      : 'another process (the system does not say which)';
  return new MicroError('port.taken', `port ${port} is held by ${owner}`, {
    next: `End what holds it: micro start ${wantedBy} --free-port; or take another port: micro start ${wantedBy} --port auto.`,
    retryable: true,
    details: { port, ...(process ? { pid: process.pid, command: process.command } : {}) },
  });
}

/** FNV-1a: small, and spreads short names well. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
