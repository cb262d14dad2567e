import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/** What a supervisor asks, without a token: `/healthz` whether the process answers, `/readyz` whether it takes work. */
const PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Whether a request asks for the health of the server itself. */
export function isHealthCheck(method: string | undefined, path: string): boolean {
  return PATHS.has(path) && (method === 'GET' || method === 'HEAD');
}

/** Answers it with nothing but the status: `ok`, or 503 while the server ends. */
export function answerHealth(path: string, response: ServerResponse | Http2ServerResponse, isReady: boolean): void {
  const isFine = path === '/healthz' || isReady;
  const answer = response as ServerResponse;
  answer.writeHead(isFine ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  answer.end(isFine ? 'ok' : 'stopping');
}
