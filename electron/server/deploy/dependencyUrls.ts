import { parseAddress } from '../project/parseAddress.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { containerPort } from './containerPort.ts';

/** The variable that says where a service is, as local services get it too. */
export function urlVariable(service: string): string {
  return `MICRO_URL_${service.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Where a service finds those that it needs when they are containers beside it, by the names that the network gives them:
 * `MICRO_URL_CATALOG=http://catalog:8080`.
 */
export function dependencyUrls(
  spec: Pick<ServiceSpec, 'dependsOn'>,
  find: (service: string) => ServiceSpec | undefined,
  hostOf: (service: string) => string,
): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const { service } of spec.dependsOn) {
    const other = find(service);
    if (!other) continue;
    const url = other.kind === 'external' ? externalUrl(other) : containerUrl(other, hostOf);
    if (url !== undefined) urls[urlVariable(service)] = url;
  }
  return urls;
}

function containerUrl(spec: ServiceSpec, hostOf: (service: string) => string): string | undefined {
  const port = containerPort(spec);
  return port === undefined ? undefined : `http://${hostOf(spec.name)}:${port}`;
}

function externalUrl({ address }: ServiceSpec): string | undefined {
  if (address === undefined) return undefined;
  if (/^\w+:\/\//.test(address)) return address;
  const place = parseAddress(address);
  return place && `http://${place.host}:${place.port}`;
}
