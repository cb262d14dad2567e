import type { KeptBody } from './keptBody.ts';

/** Name of a caller that is no service: a browser, curl, a test. */
export const OUTSIDE = 'outside';

/** One call that passed through gateway or proxy. Once it is told it does not change, but that its body may be let go. */
export interface Call {
  /** Counts up from 1 in the order in which calls are told; 0 before. */
  id: number;
  /** ms since 1970 when its head arrived. */
  at: number;
  /** Service that called, or {@link OUTSIDE}. */
  from: string;
  to: string;
  /** Id of the node that answered; empty when none was reached. */
  node: string;
  /** Which of our two ports it came by. */
  via: Via;
  /**
   * `http` and `grpc` are told when they ended. `stream` (server-sent events) and `websocket` are told once they are
   * open, since they may stay so for hours: their duration is that of the opening, their bytes are not counted.
   */
  kind: 'http' | 'stream' | 'websocket' | 'grpc';
  method: string;
  /** As the service saw it, query included. */
  path: string;
  /** HTTP status that the caller got; 0 when the caller went away before there was one. */
  status: number;
  /** Status of a gRPC call, from its trailers; undefined when it is none. */
  grpcStatus?: number;
  /** Body bytes. */
  requestBytes: number;
  responseBytes: number;
  /** ms from the head of the request to the end of the answer, waiting for a ready node included. */
  durationMs: number;
  traceId: string;
  /** The span of this call, parent of what the service does. */
  spanId: string;
  /** The span of the caller; empty when the caller began the trace. */
  parentSpanId: string;
  /** The beginning of its body; undefined when it has none, is no text, or is not kept any more. */
  body?: KeptBody | undefined;
  /** Why it failed, when it did not get to a complete answer; empty otherwise. */
  error: string;
}

/** The two ports that calls come by; also who speaks in error answers. */
export type Via = 'gateway' | 'proxy';

/**
 * Whether a call counts as an error of its edge. As for a client span of OpenTelemetry: every status from 400 on, since
 * it is not what the caller asked for. A caller that went away is no error.
 */
export function isFailed(call: Pick<Call, 'status' | 'grpcStatus' | 'error'>): boolean {
  if (call.status === 0) return false;
  return call.status >= 400 || call.error !== '' || (call.grpcStatus ?? 0) !== 0;
}
