import type { InstanceAddress } from './instanceAddress.ts';
import { debuggerPrivateMs, ownAddress } from './ownAddress.ts';
import type { ReadinessHost, ReadinessSubject } from './readinessSubject.ts';

/** Listeners of the tree are looked up after this time when nothing answers on the given port yet; a look-up costs some ms. */
const firstScanMs = 600;
const scanGrowth = 1.5;
const lastScanMs = 3000;
/** A listener on another port is the service's own address when the given port is still silent so long after it was seen. */
const otherPortPatienceMs = 500;

/** Finds services that ignore PORT by what their tree listens on. */
export class OtherPorts {
  private nextScan: number;
  private scanMs = firstScanMs;
  private seen: { address: InstanceAddress; at: number } | undefined;

  constructor(
    private readonly host: Pick<ReadinessHost, 'clock' | 'processes'>,
    private readonly subject: ReadinessSubject,
  ) {
    this.nextScan = host.clock.monotonic() + (subject.debuggerPorts ? debuggerPrivateMs : firstScanMs);
  }

  /** An address on another port, once it is sure that the given port stays silent. */
  async look(): Promise<InstanceAddress | undefined> {
    const now = this.host.clock.monotonic();
    if (now < this.nextScan) return undefined;
    this.scanMs = Math.min(lastScanMs, this.scanMs * scanGrowth);
    const address = await ownAddress(this.host, this.subject);
    this.nextScan = this.host.clock.monotonic() + (address ? otherPortPatienceMs : this.scanMs);
    if (!address || address.port !== this.seen?.address.port) {
      this.seen = address ? { address, at: now } : undefined;
      return undefined;
    }
    return now - this.seen.at >= otherPortPatienceMs ? address : undefined;
  }
}
