import { sleep } from '../base/clock.ts';
import { errorText } from '../base/logger.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { InstanceStart } from './prepareInstance.ts';

/** In-flight requests of an old copy get so long to end before it is stopped. */
const drainMs = 10_000;

/**
 * An old copy that nobody asks any more lives on for so long, ms: ending a process takes a look through the machine, which
 * those who wait for the new copy's first answers would pay for.
 */
const restMs = 100;

/** A copy of a service whose instance is replaced by a new one. */
export interface SwappedReplica {
  /** The instance that counts. */
  readonly current: Instance | undefined;
  /** Aborts when it is halted; undefined: it is at rest. */
  readonly life: AbortSignal | undefined;
  /** Starts an instance beside the one that counts. */
  launchBeside(start: InstanceStart): Promise<Instance>;
  /** The new instance counts from now on. */
  put(next: Instance): void;
}

/**
 * Puts a new instance in the place of the running one without a moment in which nobody answers: the new one gets its own
 * port and proves ready, the registry moves over, requests under way end, then the old one is stopped. When the new
 * one does not get ready, the old one stays. Resolves with undefined, or with why there was no swap.
 */
export async function swapReplica(
  host: Pick<InstanceHost, 'clock' | 'inFlight'>,
  replica: SwappedReplica,
  { cause, built }: { cause: string; built: RunLogWriter | undefined },
  signal: AbortSignal,
): Promise<string | undefined> {
  const { current: old, life } = replica;
  if (old?.phase !== 'ready' || !life || life.aborted) {
    await built?.end({ endedAt: host.clock.now(), outcome: 'not needed', failed: false });
    return 'no copy was running';
  }
  let next: Instance;
  try {
    next = await replica.launchBeside({ cause, port: 'auto', built });
  } catch (error) {
    return errorText(error);
  }
  const cancel = (): void => void next.stop({ why: 'replaced by a newer change' });
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const isReady = await next.whenReady;
  signal.removeEventListener('abort', cancel);
  if (!isReady) return `the new copy did not get ready: ${(await next.ended).outcome}`;
  if (life.aborted || replica.current !== old) {
    await next.stop({ why: 'stopped by you' });
    return 'stopped meanwhile';
  }
  replica.put(next);
  void endOld(host, old, `replaced by run ${next.run}`);
  return undefined;
}

async function endOld(host: Pick<InstanceHost, 'clock' | 'inFlight'>, old: Instance, why: string): Promise<void> {
  await Promise.all([drained(host, old), sleep(host.clock, restMs)]);
  await old.stop({ why });
}

/** No new request goes to the instance any more; resolves when those under way have ended or had their time. */
export async function drained(host: Pick<InstanceHost, 'clock' | 'inFlight'>, instance: Instance): Promise<void> {
  instance.retire();
  if (!host.inFlight) return;
  const limit = new AbortController();
  const timer = host.clock.setTimeout(() => limit.abort(new Error('drained long enough')), drainMs);
  await host.inFlight.whenIdle(instance.id, limit.signal);
  timer.dispose();
}
