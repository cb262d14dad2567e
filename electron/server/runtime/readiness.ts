import { sleep } from '../base/clock.ts';
import { proveHttp, proveTcp } from './answerProof.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import { ownAddress } from './ownAddress.ts';
import { proveQuiet } from './quietProof.ts';
import type { ProofHost, ReadinessHost, ReadinessSubject } from './readinessSubject.ts';

/** Resolves with the address (if it has one) as soon as readiness is proven; rejects when `signal` aborts. */
export async function proveReadiness(
  host: ReadinessHost,
  subject: ReadinessSubject,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  const proof = host.pace.begin(subject.spec.name, () => host.clock.monotonic());
  let ready = false;
  try {
    const address = await prove({ ...host, proof }, subject, signal);
    ready = true;
    return address;
  } finally {
    proof.end(ready);
  }
}

async function prove(
  host: ProofHost,
  subject: ReadinessSubject,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  const { ready } = subject.spec;
  switch (ready.by) {
    case 'tcp':
      return proveTcp(host, subject, signal);
    case 'http':
      return proveHttp(host, subject, signal);
    case 'quiet':
      return proveQuiet(host, subject, signal);
    case 'log':
      subject.notYet(`its output has no ${JSON.stringify(ready.log)} yet`);
      await abortable(subject.lineSeen, signal);
      return ownAddress(host, subject);
    case 'exec':
      for (const wait of host.proof.intervals(ready.intervalMs)) {
        const problem = await subject.execute(signal);
        signal.throwIfAborted();
        if (problem === undefined) return ownAddress(host, subject);
        subject.notYet(problem);
        await sleep(host.clock, wait, signal);
      }
      return undefined;
    case 'after':
      await sleep(host.clock, ready.afterMs ?? 0, signal);
      return ownAddress(host, subject);
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
