import { sleep } from '../base/clock.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import { chooseAddress, debuggerPrivateMs, foreignOwner } from './ownAddress.ts';
import { LoopbackCheck } from './probes.ts';
import type { ProofHost, ReadinessSubject } from './readinessSubject.ts';

/** Not before this age, so that a program that is only slow to begin is not taken for one that listens nowhere. */
const quietAgeMs = 1000;
const quietSampleMs = 250;
/** CPU time in a sample that still counts as nothing to do. */
const quietCpuMs = 15;
const quietSamples = 2;
/** A program that is busy for so long is at work. */
const quietPatienceMs = 10_000;

/**
 * For a program of which nothing is known: ready as soon as it listens; one that listens nowhere is ready once it has
 * nothing to do.
 */
export async function proveQuiet(
  host: ProofHost,
  subject: ReadinessSubject,
  signal: AbortSignal,
): Promise<InstanceAddress | undefined> {
  const begin = host.clock.monotonic();
  const loopback = new LoopbackCheck(host.dialer);
  let last: readonly ProcessInfo[] = [];
  let quiet = 0;
  const mayListen = subject.spec.port !== 'none';
  if (!mayListen) subject.notYet('it has not lived for a second yet');
  let nextSampleMs = mayListen ? 0 : quietAgeMs;
  for (const wait of host.proof.intervals(undefined)) {
    const age = host.clock.monotonic() - begin;
    if (mayListen && subject.port !== undefined) {
      const answered = await loopback.connect(subject.port, subject.spec.ready.timeoutMs, signal);
      signal.throwIfAborted();
      if (answered && (await foreignOwner(host, subject, subject.port)) === undefined) {
        return { host: answered, port: subject.port };
      }
    }
    if (age >= nextSampleMs) {
      nextSampleMs = age + quietSampleMs;
      const members = await subject.members();
      const listeners = mayListen ? await host.processes.listeners(new Set(members.map((member) => member.pid))) : [];
      signal.throwIfAborted();
      const address = age >= quietAgeMs / 2 ? chooseAddress(listeners, subject) : undefined;
      const isSure = !subject.debuggerPorts || address?.port === subject.port || age >= debuggerPrivateMs;
      if (address && isSure) return address;
      quiet = isQuiet(last, members) ? quiet + 1 : 0;
      last = members;
      if (age >= quietAgeMs && (quiet >= quietSamples || age >= quietPatienceMs || !mayListen)) return undefined;
    }
    await sleep(host.clock, wait, signal);
  }
  return undefined;
}

/**
 * Whether a tree had nothing to do between two samples. One whose processes come and go is at work, whatever those that
 * are left have used: a compiler starts and ends one after the other.
 */
function isQuiet(before: readonly ProcessInfo[], now: readonly ProcessInfo[]): boolean {
  const known = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  if (known.size !== now.length || now.some(({ pid }) => !known.has(pid))) return false;
  return now.reduce((sum, { pid, cpuMs }) => sum + cpuMs - (known.get(pid) ?? 0), 0) <= quietCpuMs;
}
