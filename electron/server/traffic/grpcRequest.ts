import type { IncomingMessage } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http2';
import { webForm } from './grpcWeb.ts';

/** Headers that belong to one connection or are made anew in HTTP/2. */
const DROPPED = new Set(['host', 'connection', 'transfer-encoding', 'content-length', 'keep-alive', 'upgrade', 'te']);

/** Whether a request is a call of gRPC or gRPC-Web. */
export function isGrpc(request: IncomingMessage): boolean {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/grpc')) return false;
  // Without HTTP/2 gRPC has no way back for its trailers; only the form for browsers works there.
  return request.httpVersionMajor >= 2 || webForm(type) !== 'none';
}

/** The head of a call to a service in HTTP/2, made of a flat list of names and values. */
export function upstreamHeaders(path: string, headers: readonly string[]): Record<string, string | string[]> {
  const out: Record<string, string | string[]> & OutgoingHttpHeaders = {
    ':method': 'POST',
    ':path': path,
    ':scheme': 'http',
    te: 'trailers',
  };
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    if (DROPPED.has(name)) continue;
    const known = out[name];
    out[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return out;
}
