import type { Resource } from '../../auth/rules.ts';
import { SOCKETS_PATH } from './sockets.ts';

/** What a method of the contract is to the rules: `/store.Store/Read` is `Store.Read` of the package `store`. */
export function coreResource(path: string): Resource {
  const [, name = '', handler = '', method = ''] = /^\/([^/]+)\.([^./]+)\/([^/]+)$/.exec(path) ?? [];
  return { type: 'core', name, endpoint: `${handler}.${method}` };
}

/** The package that a WebSocket of the API is a part of; undefined for those of window and command line alone. */
export function socketPart(path: string): string | undefined {
  return /^events(?:$|[/?])/.test(path.slice(SOCKETS_PATH.length)) ? 'events' : undefined;
}

/** What a WebSocket of the API is to the rules: `/_ws/logs` is the path `/logs` of the package `sockets`. */
export function socketResource(path: string): Resource {
  return { type: 'core', name: 'sockets', endpoint: path.slice(SOCKETS_PATH.length - 1) };
}
