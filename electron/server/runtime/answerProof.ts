import { sleep } from '../base/clock.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import { OtherPorts } from './otherPorts.ts';
import { foreignOwner, ownAddress } from './ownAddress.ts';
import { httpProblem, httpUrl, LoopbackCheck } from './probes.ts';
import type { ProofHost, ReadinessSubject } from './readinessSubject.ts';

/** Proves that a tree accepts connections on its port. */
export async function proveTcp(
  host: ProofHost,
  subject: ReadinessSubject,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  const { ready } = subject.spec;
  const port = ready.port ?? subject.port;
  const scan = new OtherPorts(host, subject);
  const loopback = new LoopbackCheck(host.dialer);
  for (const wait of host.proof.intervals(ready.intervalMs)) {
    if (port !== undefined) {
      const answered = await loopback.connect(port, ready.timeoutMs, signal);
      signal.throwIfAborted();
      if (answered) {
        const foreign = await foreignOwner(host, subject, port);
        signal.throwIfAborted();
        if (foreign === undefined) return ready.port ? ownAddress(host, subject) : { host: answered, port };
        subject.notYet(foreign);
      } else {
        subject.notYet(`nothing listens on port ${port}`);
      }
    }
    const other = ready.port ? undefined : await scan.look();
    signal.throwIfAborted();
    if (other) return other;
    await sleep(host.clock, wait, signal);
  }
  return undefined;
}

/** Proves that a tree answers a GET with success. */
export async function proveHttp(
  host: ProofHost,
  subject: ReadinessSubject,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  const { ready } = subject.spec;
  const path = ready.http ?? '/';
  const isUrl = /^https?:/.test(path);
  const scan = new OtherPorts(host, subject);
  const loopback = new LoopbackCheck(host.dialer);
  let other: InstanceAddress | undefined;
  for (const wait of host.proof.intervals(ready.intervalMs)) {
    const port = other?.port ?? subject.port;
    if (isUrl || port !== undefined) {
      const answered = isUrl ? '' : await loopback.connect(port as number, ready.timeoutMs, signal);
      signal.throwIfAborted();
      if (answered === undefined) {
        subject.notYet(`nothing listens on port ${port}`);
      } else {
        const foreign = isUrl ? undefined : await foreignOwner(host, subject, port as number);
        const problem =
          foreign ?? (await httpProblem(host.dialer, httpUrl(path, answered, port), ready.timeoutMs, signal));
        signal.throwIfAborted();
        if (problem === undefined) return isUrl ? ownAddress(host, subject) : { host: answered, port: port as number };
        subject.notYet(problem);
      }
    }
    other ??= await scan.look();
    signal.throwIfAborted();
    await sleep(host.clock, wait, signal);
  }
  return undefined;
}
