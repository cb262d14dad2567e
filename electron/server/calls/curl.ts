import type { BuiltRequest } from './buildRequest.ts';

/** Bodies longer than this are named by a file instead of written out. */
const MAX_BODY_CHARS = 8192;

/**
 * A call as a command line for a POSIX shell: curl, or grpcurl for gRPC, whose paths cannot have a prefix, so that the host
 * names the service. `gateway` is its URL.
 */
export function curlOf(request: BuiltRequest, url: string, gateway: URL, service: string): string {
  if (request.protocol === 'grpc') {
    const parts = [
      `grpcurl -plaintext -authority ${service}.localhost:${gateway.port}`,
      ...request.headers.map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`),
    ];
    if (request.body.length > 0) parts.push(`-d ${quoted(request.body.toString())}`);
    return [...parts, gateway.host, request.path.slice(1)].join(' ');
  }
  const parts = ['curl -sS'];
  if (request.method === 'HEAD') parts.push('-I');
  else if (request.method !== 'GET' || request.body.length > 0) parts.push(`-X ${request.method}`);
  for (const { name, value } of request.headers) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (request.body.length > 0) {
    const text = request.body.toString();
    const asText = text.length <= MAX_BODY_CHARS && Buffer.from(text).equals(request.body);
    parts.push(asText ? `--data-raw ${quoted(text)}` : '--data-binary @body');
  }
  return [...parts, quoted(url)].join(' ');
}

/** One word for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
