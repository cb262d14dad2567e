import type { ServiceSpec } from '../project/serviceSpec.ts';

/** Each container has an address of its own, so services that do not care share one number. */
const usualPort = 8080;

/** The address that a service listens on in its container, given to it as MICRO_LISTEN: loopback would be its own alone. */
export const EVERYWHERE = '0.0.0.0';

/** The port that a service listens on in its container, given to it as PORT; undefined when it listens nowhere. */
export function containerPort(spec: Pick<ServiceSpec, 'port' | 'kind'>): number | undefined {
  if (spec.kind !== 'service' || spec.port === 'none') return undefined;
  return typeof spec.port === 'number' ? spec.port : usualPort;
}
