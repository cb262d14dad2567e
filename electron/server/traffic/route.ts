import { MicroError } from '../../../shared/contract/errors.ts';

/** Where a request goes. */
export interface Route {
  service: string;
  /** What the service gets as request target, byte for byte what stood behind the prefix; begins with `/`. */
  path: string;
  /** What was taken off, e.g. `/orders`; empty for the host form. */
  prefix: string;
}

/** Names of services; a first segment that is none can only be a mistake. */
const SERVICE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Reads the service out of a request target of the form `/<service>/path?query`. What follows the name passes as it is:
 * nothing is decoded, joined or resolved, so `%2F`, `//` and `..` reach the service as the client wrote them, and since the
 * name is fixed before anybody resolves dots, they cannot lead to another service.
 *
 * The slash rule: `/orders` and `/orders?x=1` are sent as `/` and `/?x=1`; `/orders/` as `/`.
 * Undefined when the target does not begin with a name of a service.
 */
export function routeByPath(target: string): Route | undefined {
  if (target.charCodeAt(0) !== 47 /* / */) return undefined;
  let end = 1;
  for (; end < target.length; end++) {
    const c = target.charCodeAt(end);
    if (c === 47 /* / */ || c === 63 /* ? */) break;
  }
  const service = target.slice(1, end);
  if (!SERVICE_NAME.test(service)) return undefined;
  const rest = target.slice(end);
  return { service, prefix: `/${service}`, path: rest.charCodeAt(0) === 47 ? rest : `/${rest}` };
}

/** Reads the service out of a Host of the form `<service>.localhost:PORT`. Undefined when it is not of that form. */
export function routeByHost(host: string, target: string): Route | undefined {
  const match = /^([^.]+)\.localhost(?::\d+)?$/i.exec(host);
  const service = match?.[1]?.toLowerCase();
  if (service === undefined || !SERVICE_NAME.test(service)) return undefined;
  return { service, prefix: '', path: target };
}

/**
 * Reads the service out of a path of gRPC, `/<service>.<Handler>/<Method>`, as micro has it: what stands before the first
 * dot. The path passes as it is.
 */
export function routeByRpcPath(target: string): Route | undefined {
  const service = /^\/([a-z0-9][a-z0-9-]{0,62})\.[^/?]+\/[^/?]+/.exec(target)?.[1];
  return service === undefined ? undefined : { service, prefix: '', path: target };
}

/** A request target in absolute form, `http://host/path`, as it is sent to a proxy; undefined for any other form. */
export function absoluteTarget(target: string): { host: string; path: string } | undefined {
  if (target.charCodeAt(0) === 47 /* / */) return undefined;
  const match = /^http:\/\/([^/?#]+)([^#]*)$/i.exec(target);
  if (!match) return undefined;
  const rest = match[2] as string;
  return { host: match[1] as string, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Reads the service out of a host that is its bare name, `http://orders/…`, as `http_proxy` makes programs ask for it. */
export function routeByName(host: string, target: string): Route | undefined {
  const service = host.replace(/:\d+$/, '').toLowerCase();
  return SERVICE_NAME.test(service) && !isLoopbackHost(host) ? { service, prefix: '', path: target } : undefined;
}

/** Whether a Host means this machine. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host);
}

/** Host names that mean this machine: `localhost`, names below it (RFC 6761, section 6.3) and the loopback addresses. */
const LOOPBACK_HOST = /^(?:(?:[^.:[\]]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

/**
 * Refuses a request whose Host is a foreign name. Such a name was made to point at loopback (DNS rebinding): the page of a
 * stranger would read what services answer. Throws `api.forbidden-host`.
 */
export function checkLoopbackHost(host: string | undefined): void {
  // HTTP/1.0 clients may leave it out; browsers never do.
  if (host === undefined || host === '' || LOOPBACK_HOST.test(host)) return;
  throw new MicroError('api.forbidden-host', `this server does not answer for the host "${host}"`, {
    next: 'use 127.0.0.1, localhost or a name that ends in .localhost',
  });
}
