import type { ServerResponse } from 'node:http';
import { DESKTOP_ORIGIN, type GuardedRequest } from './guard.ts';

/** Lets the page of the desktop app read the answer; answers its preflight, and says so with true. */
export function answerDesktopPage(request: GuardedRequest, response: ServerResponse): boolean {
  if (request.headers.origin !== DESKTOP_ORIGIN) return false;
  response.setHeader('access-control-allow-origin', DESKTOP_ORIGIN);
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return false;
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, connect-protocol-version, connect-timeout-ms',
  );
  response.setHeader('access-control-max-age', '86400');
  response.writeHead(204);
  response.end();
  return true;
}
