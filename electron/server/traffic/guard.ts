import type { IncomingMessage } from 'node:http';
import { isGrpc } from './grpcRequest.ts';
import type { Route } from './route.ts';
import type { RpcRoute } from './rpcRoutes.ts';

/** Keeps out who may not call a service. */
export interface TrafficGuard {
  /**
   * Undefined when nobody is kept out at the moment; else rejects with a code that is `denied` unless whoever sends the
   * request may call each of the endpoints, which are asked for only then.
   */
  check(request: IncomingMessage, service: string, endpoints: () => readonly string[]): Promise<void> | undefined;
}

/**
 * What a request asks for, as rules name it: `Handler.Method` of a call, else its path without the query. A path comes as it
 * was sent and also as most servers read it, since `/a/%2e%2e/b` and `//b` must not get around a rule about `/b`.
 */
export function endpointsOf(request: IncomingMessage, route: Route, rpc: RpcRoute | undefined): string[] {
  if (rpc) return [rpc.endpoint];
  const path = route.path.split('?', 1)[0] as string;
  if (isGrpc(request)) {
    // Only where the name of the service stands before the dot: another path must not become a call by its content type.
    const [, name, handler, method] = /^\/([^/.]+)\.(?:[^/]*\.)?([^./]+)\/([^/]+)$/.exec(path) ?? [];
    if (name === route.service) return [`${handler}.${method}`];
  }
  const read = asRead(path);
  return read === path ? [path] : [path, read];
}

/** A path with its escapes decoded, its dots resolved and its double slashes joined. */
function asRead(path: string): string {
  const parts: string[] = [];
  for (const part of decoded(path).replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Decoded as often as it takes: a server behind a server decodes twice. What is no text stays as it is. */
function decoded(path: string): string {
  let text = path;
  for (let round = 0; round < 3; round++) {
    try {
      const next = decodeURIComponent(text);
      if (next === text) break;
      text = next;
    } catch {
      break;
    }
  }
  return text;
}
