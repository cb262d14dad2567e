import type { StoredSpan } from '../traces/span.ts';
import { type Call, isFailed } from './call.ts';

/** The span of a call: what the called service did, as the gateway or the proxy saw it. Attributes are OpenTelemetry's. */
export function spanOfCall(call: Call): StoredSpan {
  const [path = '/', query] = splitOnce(call.path, '?');
  const failed = isFailed(call);
  const attributes: Record<string, string> = { 'http.request.method': call.method, 'url.path': path };
  if (query !== undefined) attributes['url.query'] = query;
  if (call.status > 0) attributes['http.response.status_code'] = String(call.status);
  if (call.requestBytes > 0) attributes['http.request.body.size'] = String(call.requestBytes);
  if (call.responseBytes > 0) attributes['http.response.body.size'] = String(call.responseBytes);
  if (call.kind === 'grpc') attributes['rpc.system'] = 'grpc';
  if (call.kind === 'websocket') attributes['network.protocol.name'] = 'websocket';
  if (call.grpcStatus !== undefined) attributes['rpc.grpc.status_code'] = String(call.grpcStatus);
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
