import type { Listener } from '../host/processTable.ts';
import type { InstanceAddress } from './instanceAddress.ts';
import type { ReadinessHost, ReadinessSubject } from './readinessSubject.ts';

/** Ports that debuggers listen on; never the address of a service. */
const usualDebuggerPorts = new Set([9229, 9230, 5005, 5678, 2345]);

/**
 * Debuggers listen on ports of their own while they set themselves up: of a debugged program only its given port counts
 * before this age.
 */
export const debuggerPrivateMs = 5000;

/** The address of a tree: its given port when it listens there, else the lowest port it listens on. */
export async function ownAddress(
  host: Pick<ReadinessHost, 'processes'>,
  subject: Pick<ReadinessSubject, 'members' | 'port' | 'debuggerPorts'>,
): Promise<InstanceAddress | undefined> {
  return chooseAddress(await ownListeners(host, subject), subject);
}

async function ownListeners(
  host: Pick<ReadinessHost, 'processes'>,
  subject: Pick<ReadinessSubject, 'members'>,
): Promise<Listener[]> {
  const members = await subject.members();
  return members.length === 0 ? [] : host.processes.listeners(new Set(members.map((member) => member.pid)));
}

/** Which of the listeners of a tree is its address: the one on `port`, else the lowest that no debugger uses. */
export function chooseAddress(
  listeners: Listener[],
  { port, debuggerPorts }: Pick<ReadinessSubject, 'port' | 'debuggerPorts'>,
): InstanceAddress | undefined {
  const others = listeners.filter((listener) => !debuggerPorts?.has(listener.port));
  const own = others.filter((listener) => listener.port === port);
  const candidates =
    own.length > 0
      ? own
      : others.filter((listener) => !usualDebuggerPorts.has(listener.port)).sort((a, b) => a.port - b.port);
  const first = candidates[0];
  if (!first) return undefined;
  const samePort = candidates.filter((listener) => listener.port === first.port);
  return {
    host: samePort.map((listener) => dialHost(listener.address)).sort(ipv4First)[0] as string,
    port: first.port,
  };
}

/** The address to dial for one that is listened on. */
function dialHost(address: string): string {
  if (address === '0.0.0.0' || address === '*' || address === '') return '127.0.0.1';
  // A wildcard IPv6 socket takes IPv4 as well unless told otherwise.
  if (address === '::') return '127.0.0.1';
  return address;
}

function ipv4First(a: string, b: string): number {
  return Number(a.includes(':')) - Number(b.includes(':'));
}

/** SUP-16: an answer counts only when the listener belongs to the instance's own tree. Otherwise says whose it is. */
export async function foreignOwner(
  host: Pick<ReadinessHost, 'clock' | 'processes'>,
  subject: ReadinessSubject,
  port: number,
): Promise<string | undefined> {
  // One process is asked in a ms; the tree costs a pass over all processes of the machine.
  if (subject.pid && (await leaderListens(host, subject.pid, port))) return undefined;
  const own = await ownListeners(host, subject);
  if (own.some((listener) => listener.port === port)) return undefined;
  const owner = (await host.processes.listeners()).find((listener) => listener.port === port);
  // The system does not say whose listener it is; the port was free before the start, so it can only be ours.
  if (owner?.pid === 0) return undefined;
  if (!owner) return `nothing listens on port ${port}`;
  return `port ${port} is answered by another process (pid ${owner.pid}: ${owner.command})`;
}

async function leaderListens(
  { processes }: Pick<ReadinessHost, 'processes'>,
  pid: number,
  port: number,
): Promise<boolean> {
  if (processes.listensOn) return processes.listensOn(pid, port);
  return (await processes.listeners(new Set([pid]))).some((listener) => listener.port === port);
}
