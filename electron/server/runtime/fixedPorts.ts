import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type PortClash, PortClashSchema } from '../../../shared/contract/gen/actions_pb.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ServiceUnit } from './serviceUnit.ts';
import { endTrees, processNames } from './treeEnd.ts';

/** A process that holds a port that is wanted gets so long after SIGTERM: as long as people wait for a program to close. */
const graceMs = 5000;

/** The fixed ports of services that do not run: who holds them, and how they become free. */
export class FixedPorts {
  constructor(
    private readonly host: Pick<InstanceHost, 'ports' | 'processes' | 'trees' | 'clock'>,
    private readonly units: ReadonlyMap<string, ServiceUnit>,
  ) {}

  async clashes(names: readonly string[]): Promise<PortClash[]> {
    const found = await Promise.all(
      names.map(async (name) => {
        const unit = this.units.get(name);
        if (!unit?.isResting || typeof unit.spec.port !== 'number') return [];
        const holder = await this.host.ports.holder(unit.spec.port);
        if (!holder) return [];
        const { port, service = '', process } = holder;
        const owner = { owner: service, pid: process?.pid ?? 0, name: process?.name ?? '' };
        return [create(PortClashSchema, { service: name, port, command: process?.command ?? '', ...owner })];
      }),
    );
    return found.flat();
  }

  /** Ends what holds the ports of services: a service of ours in its way, a process with all it started. */
  async free(names: readonly string[]): Promise<void> {
    for (const { service, port, pid, owner } of await this.clashes(names)) {
      if (owner !== '') await this.units.get(owner)?.stop({ why: `${service} was given its port ${port}` });
      else await this.endProcess(port, pid);
    }
  }

  private async endProcess(port: number, pid: number): Promise<void> {
    const holder = pid === 0 ? undefined : await this.host.processes.get(pid);
    if (!holder || pid === process.pid) {
      throw new MicroError(
        'port.taken',
        `port ${port} cannot be freed: it is not known whose it is, or it is our own`,
        {
          next: 'Take another port: --port auto.',
          details: { port },
        },
      );
    }
    const key = { pid, startTime: holder.startTime, marker: '' };
    const left = await endTrees(this.host, {
      keys: [key],
      ask: 'SIGTERM',
      graceMs,
    });
    if (left.length === 0) return;
    throw new MicroError('stop.survivors', `port ${port} cannot be freed: ${processNames(left)} does not end`, {
      details: { port },
    });
  }
}
