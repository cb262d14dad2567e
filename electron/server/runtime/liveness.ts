import { toDisposable, type Disposable } from '../base/lifecycle.ts';
import type { Clock } from '../base/clock.ts';
import type { Dialer } from '../host/dialer.ts';
import type { LiveSpec, ServiceSpec } from '../project/serviceSpec.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import { connectLoopback, httpProblem, httpUrl } from './probes.ts';

/**
 * A timer that is later than this by the wall clock, ms, was late because the machine slept. What was found across that gap
 * says nothing: connections ended meanwhile, and everything wakes at once.
 */
const SLEPT_MS = 10_000;

/** What is checked while it runs. */
export interface LivenessSubject {
  readonly spec: ServiceSpec;
  readonly address: InstanceAddress | undefined;
  execute(signal: AbortSignal, command: LiveSpec['exec'], timeoutMs: number): Promise<string | undefined>;
}

/**
 * Checks an instance again and again. `onResult` hears undefined when it is healthy again, or what is wrong; `final` when
 * it failed so often in a row that it must be restarted. After a sleep of the machine the count begins anew, one interval
 * later, so that nothing is restarted for having slept.
 */
export function watchLiveness(
  host: { clock: Clock; dialer: Dialer },
  subject: LivenessSubject,
  onResult: (problem: { text: string; final: boolean } | undefined) => void,
): Disposable {
  const live = subject.spec.live as LiveSpec;
  const controller = new AbortController();
  let failures = 0;
  let timer: Disposable | undefined;
  const check = async (): Promise<void> => {
    const startedAt = host.clock.now();
    const problem = await livenessProblem(host.dialer, live, subject, controller.signal);
    if (controller.signal.aborted) return;
    if (problem !== undefined && host.clock.now() - startedAt > live.timeoutMs + SLEPT_MS) {
      failures = 0;
    } else if (problem === undefined) {
      if (failures > 0) onResult(undefined);
      failures = 0;
    } else {
      failures++;
      const final = failures >= live.failures;
      onResult({ text: `${problem} (${failures} of ${live.failures})`, final });
      if (final) return;
    }
    next();
  };
  const next = (): void => {
    const due = host.clock.now() + live.intervalMs;
    timer = host.clock.setTimeout(() => {
      if (host.clock.now() - due <= SLEPT_MS) {
        void check();
        return;
      }
      failures = 0;
      next();
    }, live.intervalMs);
  };
  next();
  return toDisposable(() => {
    controller.abort(new Error('the instance ends'));
    timer?.dispose();
  });
}

async function livenessProblem(
  dialer: Dialer,
  live: LiveSpec,
  subject: LivenessSubject,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (live.by === 'exec') return subject.execute(signal, live.exec, live.timeoutMs);
  if (live.by === 'http') {
    const host = subject.address?.host ?? '127.0.0.1';
    return httpProblem(dialer, httpUrl(live.http ?? '/', host, subject.address?.port), live.timeoutMs, signal);
  }
  const port = live.port ?? subject.address?.port;
  if (port === undefined) return 'it listens on no port';
  const answered = await connectLoopback(dialer, port, live.timeoutMs, signal);
  return answered === undefined ? `nothing accepts connections on port ${port}` : undefined;
}
