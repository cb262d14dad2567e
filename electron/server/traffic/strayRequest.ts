import type { IncomingMessage } from 'node:http';
import { MicroError } from '../../../shared/contract/errors.ts';
import { hostOf } from './headers.ts';
import { routeByPath } from './route.ts';

/**
 * The error of a request that is for no service, with a next step when a page of one sent it (`Referer`): it asked for `/x`
 * and stands at `/<service>/`. Under the name of its service as host the page has the whole path for itself.
 */
export function withOwnerOf(
  error: MicroError,
  request: IncomingMessage,
  isService: (name: string) => boolean,
): MicroError {
  const { referer } = request.headers;
  const page = error.code === 'gateway.no-service' && referer ? urlOf(referer) : undefined;
  if (page?.host !== hostOf(request)) return error;
  const owner = routeByPath(page.pathname)?.service;
  if (owner === undefined || !isService(owner)) return error;
  const port = page.port && `:${page.port}`;
  return new MicroError(error.code, error.message, {
    ...(error.details ? { details: error.details } : {}),
    next: `a page of "${owner}" asked for it by a path that begins at the root: open it as ${page.protocol}//${owner}.localhost${port}/`,
  });
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
