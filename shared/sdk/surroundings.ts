import { ServiceError } from './serviceError.ts';

/** What the server told this process about its place, as environment variables. */
export interface Surroundings {
  /** Name that the manifest gives the service; undefined when it was not started by a server. */
  service: string | undefined;
  version: string | undefined;
  port: number | undefined;
  /** URL of the proxy: the way to other services, and to store, config and events. */
  proxy: string | undefined;
  token: string | undefined;
  instanceId: string | undefined;
}

/** Reads the environment that `micro` gives to services. */
export function surroundingsOf(env: Readonly<Record<string, string | undefined>>): Surroundings {
  const port = Number(env.PORT);
  return {
    service: env.MICRO_SERVICE_NAME || undefined,
    version: env.MICRO_SERVICE_VERSION || undefined,
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    proxy: env.MICRO_PROXY ? `http://${env.MICRO_PROXY}` : undefined,
    token: env.MICRO_TOKEN || undefined,
    instanceId: env.MICRO_INSTANCE_ID || undefined,
  };
}

/** The proxy's URL. Throws a 503 with what to do when there is none. */
export function proxyOf({ proxy }: Surroundings): string {
  if (proxy !== undefined) return proxy;
  throw new ServiceError(503, 'MICRO_PROXY is not set, so there is no server to ask: start the service with micro run');
}
