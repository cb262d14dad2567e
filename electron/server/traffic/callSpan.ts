import type { StoredSpan } from '../traces/span.ts';
import { type Call, isFailed } from './call.ts';

/** The span of a call: what the called service did, as the gateway or the proxy saw it. Attributes are OpenTelemetry's. */
export function spanOfCall(call: Call): StoredSpan {
  const [path = '/', query] = splitOnce(call.path, '?');
  const failed = isFailed(call);
  const attributes: Record<string, string> = {
    'http.request.method': call.method,
    'url.path': path,
    ...(query === undefined ? {} : { 'url.query': query }),
    ...(call.status > 0 ? { 'http.response.status_code': String(call.status) } : {}),
    ...(call.requestBytes > 0 ? { 'http.request.body.size': String(call.requestBytes) } : {}),
    ...(call.responseBytes > 0 ? { 'http.response.body.size': String(call.responseBytes) } : {}),
    ...(call.kind === 'grpc' ? { 'rpc.system': 'grpc' } : {}),
    ...(call.kind === 'websocket' ? { 'network.protocol.name': 'websocket' } : {}),
    ...(call.grpcStatus === undefined ? {} : { 'rpc.grpc.status_code': String(call.grpcStatus) }),
  };
  return {
    traceId: call.traceId,
    spanId: call.spanId,
    parentSpanId: call.parentSpanId,
    service: call.to,
    name: call.kind === 'grpc' ? path.slice(1) : `${call.method} ${path}`,
    kind: 'server',
    startedAt: call.at,
    durationMs: call.durationMs,
    failed,
    message: call.error || (failed ? failureOf(call) : ''),
    attributes,
    events: [],
    links: [],
    source: call.via,
    from: call.from,
    instance: call.node,
  };
}

function failureOf({ status, grpcStatus }: Call): string {
  return grpcStatus ? `gRPC status ${grpcStatus}` : `status ${status}`;
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
