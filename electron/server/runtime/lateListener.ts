import { sleep } from '../base/clock.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import { ownAddress } from './ownAddress.ts';
import type { ReadinessHost, ReadinessSubject } from './readinessSubject.ts';

/** When a service that listened nowhere is looked at again, ms after its start. */
const checksMs = [1000, 2000, 4000, 8000, 15_000, 30_000];

/**
 * Looks a few times whether an instance that was ready without a port listens by now. Resolves with undefined when it
 * does not, or when `signal` aborts. `startedAt` is monotonic time.
 */
export async function findLateListener(
  host: ReadinessHost,
  subject: ReadinessSubject,
  startedAt: number,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  for (const at of checksMs) {
    const wait = at - (host.clock.monotonic() - startedAt);
    await sleep(host.clock, Math.max(0, wait), signal).catch(() => {});
    if (signal.aborted) return undefined;
    const address = await ownAddress(host, subject).catch(() => undefined);
    if (address) return address;
  }
  return undefined;
}
