import type { AccessEntry } from './accessEntry.ts';
import { isFailed } from './call.ts';

/** Characters of one value; a line is for reading, and a client can make them as long as it likes. */
const MAX_PATH = 2048;
const MAX_WORD = 256;

/** Names whose values open something. Stricter than what is left out of a seen call: nobody sends a log line again. */
const SECRET_NAME = /token|secret|passw|pwd|signature|credential|session|auth|jwt|(?:^|[^a-z])(?:sig|code|pin)$|key$/i;

/** The line of a request in the access log: JSON, without its newline. */
export function accessLine(entry: AccessEntry): string {
  const { call, status } = entry;
  const failed = call && isFailed(call.status === status ? call : { ...call, status });
  return JSON.stringify({
    level: status >= 500 || (failed && status < 400) ? 'error' : status >= 400 || status === 0 ? 'warn' : 'info',
    time: new Date(entry.at).toISOString(),
    client: entry.client,
    caller: call?.from,
    method: cut(entry.method, MAX_WORD),
    host: cut(entry.host, MAX_WORD),
    path: cut(withoutSecretValues(entry.target), MAX_PATH),
    service: call?.to,
    instance: call?.node === '' ? undefined : call?.node,
    kind: call?.kind,
    status,
    grpcStatus: call?.grpcStatus,
    bytesIn: entry.requestBytes,
    bytesOut: entry.responseBytes,
    durationMs: Math.round(entry.durationMs * 100) / 100,
    traceId: call?.traceId,
    userAgent: entry.userAgent === '' ? undefined : cut(entry.userAgent, MAX_WORD),
    error: call?.error ? cut(withoutSecretValues(call.error), MAX_WORD) : undefined,
  });
}

/** A target without the values of parameters that are secrets by their name, and without a user and password. */
export function withoutSecretValues(target: string): string {
  const bare = target.replace(/^(\w+:\/\/)[^/?#]*@/, '$1');
  const at = bare.indexOf('?');
  if (at < 0) return bare;
  const query = bare
    .slice(at + 1)
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals >= 0 && SECRET_NAME.test(decoded(pair.slice(0, equals))) ? `${pair.slice(0, equals)}=…` : pair;
    });
  return `${bare.slice(0, at)}?${query.join('&')}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
