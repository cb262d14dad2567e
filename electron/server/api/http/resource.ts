import { WATCH_SOCKET_PATH } from '../../../../shared/contract/watchSocket.ts';
import type { Resource } from '../../auth/rules.ts';
import { SOCKETS_PATH } from './sockets.ts';

/** The package of window and command line. */
const OWN_PACKAGE = 'desktop';

/** What a method of the contract is to the rules: `/store.Store/Read` is `Store.Read` of the package `store`. */
export function coreResource(path: string): Resource {
  const [, name = '', handler = '', method = ''] = /^\/([^/]+)\.([^./]+)\/([^/]+)$/.exec(path) ?? [];
  return { type: 'core', name, endpoint: `${handler}.${method}` };
}

/** The package that a WebSocket of the API is a part of; undefined for those of window and command line alone. */
export function socketPart(target: string): string | undefined {
  const watched = watchedMethod(target);
  const name = watched && coreResource(watched).name;
  if (name) return name === OWN_PACKAGE ? undefined : name;
  return /^events(?:$|\/)/.test(socketPath(target).slice(SOCKETS_PATH.length)) ? 'events' : undefined;
}

/**
 * What a WebSocket of the API is to the rules: `/_ws/logs` is the path `/logs` of the package `sockets`. One that watches is the
 * method that it stands for: by neither way may somebody see what he may not see by the other.
 */
export function socketResource(target: string): Resource {
  const watched = watchedMethod(target);
  if (watched) return coreResource(watched);
  return { type: 'core', name: 'sockets', endpoint: socketPath(target).slice(SOCKETS_PATH.length - 1) };
}

/** The path of the method that a WebSocket stands for; undefined for one that stands for none. */
function watchedMethod(target: string): string | undefined {
  const path = socketPath(target);
  return path.startsWith(`${WATCH_SOCKET_PATH}/`) ? path.slice(WATCH_SOCKET_PATH.length) : undefined;
}

/** The path as what serves the socket reads it, without `..` and the like: rules are to be about that very one. */
function socketPath(target: string): string {
  return new URL(target, 'http://127.0.0.1').pathname;
}
