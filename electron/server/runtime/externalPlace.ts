import { parseAddress } from '../project/parseAddress.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Attachment } from './attachment.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import type { InstanceHost } from './instanceHost.ts';
import { ownAddress } from './ownAddress.ts';
import { httpProblem, httpUrl } from './probes.ts';

/** Where something that others run is reached, and whether it is there. */
export class ExternalPlace {
  /** Where the attached process listens, as found. */
  private found: InstanceAddress | undefined;

  constructor(
    private readonly host: Pick<InstanceHost, 'dialer' | 'processes' | 'trees'>,
    private readonly spec: () => Pick<ServiceSpec, 'address' | 'ready'>,
    private readonly attachment: Attachment | undefined,
  ) {
    if (attachment) this.found = { host: '127.0.0.1', port: attachment.port };
  }

  get address(): InstanceAddress {
    if (this.found) return this.found;
    // Checked when the manifest was read.
    return parseAddress(this.spec().address ?? '') ?? { host: '127.0.0.1', port: 0 };
  }

  /** Resolves with undefined when it answers, else with why it does not. */
  async check(signal: AbortSignal): Promise<string | undefined> {
    const { ready, address } = this.spec();
    const { host, port } = this.address;
    if (ready.by === 'http') {
      const url =
        ready.http && !/^https?:/.test(ready.http)
          ? httpUrl(ready.http, host, port)
          : (ready.http ?? (this.attachment ? httpUrl('/', host, port) : (address ?? '')));
      return httpProblem(this.host.dialer, url, ready.timeoutMs, signal);
    }
    try {
      await this.host.dialer.connect(host, ready.port ?? port, ready.timeoutMs, signal);
      return undefined;
    } catch (error) {
      return `${host}:${ready.port ?? port}: ${(error as Error).message}`;
    }
  }

  /** False when the process that joined has ended. Who is only checked has none that could. */
  async isAlive(): Promise<boolean> {
    if (!this.attachment || this.attachment.pid === 0) return true;
    const { pid, startTime } = this.attachment;
    const found = await this.host.processes.get(pid);
    return found !== undefined && found.startTime === startTime;
  }

  /** A process that joined may listen elsewhere than it was told, or on another loopback address. */
  async find(): Promise<void> {
    if (!this.attachment || this.attachment.pid === 0) return;
    const { pid, startTime, instance, port } = this.attachment;
    const members = () => this.host.trees.members({ pid, startTime, marker: instance });
    this.found = (await ownAddress(this.host, { members, port })) ?? this.found;
  }
}
