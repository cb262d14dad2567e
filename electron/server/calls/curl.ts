import { curlCommand, shellWord } from '../../../shared/lib/curlCommand.ts';
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
      ...request.headers.map(({ name, value }) => `-H ${shellWord(`${name}: ${value}`)}`),
    ];
    if (request.body.length > 0) parts.push(`-d ${shellWord(request.body.toString())}`);
    return [...parts, gateway.host, request.path.slice(1)].join(' ');
  }
  const text = request.body.toString();
  const isText = text.length <= MAX_BODY_CHARS && !text.includes('\0') && Buffer.from(text).equals(request.body);
  return curlCommand({ method: request.method, url, headers: request.headers, body: isText ? text : undefined });
}
