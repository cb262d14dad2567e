import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { spanText } from './exitReason.ts';
import { addressText, type InstanceAddress } from './instanceAddress.ts';
import type { InstanceHost } from './instanceHost.ts';

/** Says in the log of a run that it is ready, where, after how many ms, and when its port is not the one it was given. */
export function noteReady(
  log: RunLogWriter,
  instance: { spec: ServiceSpec; port: number | undefined },
  address: InstanceAddress | undefined,
  tookMs: number,
): void {
  const { spec, port } = instance;
  const nowhere = spec.port === 'none' ? '' : ', it listens on no port';
  log.note(`ready${address ? ` at ${addressText(address)}` : nowhere} after ${spanText(tookMs)}`);
  if (address && port !== undefined && address.port !== port) {
    log.note(`it does not use its PORT ${port} and listens on ${address.port}`, 'warn');
  }
}

/** From now on, requests for the service may go to the instance. */
export function registerInstance(
  registry: InstanceHost['registry'],
  { name, version }: ServiceSpec,
  { id, run, pid, address }: { id: string; run: number; pid: number; address: InstanceAddress },
): void {
  registry.register(
    { name, version },
    { id, address: address.host, port: address.port, metadata: { run: String(run), pid: String(pid) } },
  );
}
