import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type ServiceCallEvent, ServiceCallEventSchema } from '../../../shared/contract/gen/calls_pb.ts';
import type { Clock } from '../base/clock.ts';
import type { BuiltRequest } from './buildRequest.ts';

/** Bytes that wait for a slow reader before the service is made to wait. */
const HIGH_WATER_BYTES = 256 * 1024;

/** How a call is made. */
export interface CallOptions {
  clock: Clock;
  /** Host and port of the gateway. */
  host: string;
  port: number;
  /** `/<service>`, which the gateway takes off again. */
  prefix: string;
  traceId: string;
  timeoutMs: number;
  maxBytes: number;
}

/** A new trace id, 32 hex digits. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** The header that makes a call the first of its trace. */
export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

/** Makes an HTTP call and yields head, data and end. Cancelling (return) ends the connection. Never throws. */
export async function* httpCall(
  request: BuiltRequest,
  options: CallOptions,
  signal: AbortSignal,
): AsyncGenerator<ServiceCallEvent> {
  const { clock } = options;
  const startedAt = clock.monotonic();
  const elapsed = (): number => clock.monotonic() - startedAt;
  let bytes = 0;
  let passed = 0;
  let error = '';
  let status = 0;
  const outgoing = http.request({
    host: options.host,
    port: options.port,
    method: request.method,
    path: options.prefix + request.path,
    agent: false,
    headers: [
      ['Host', `${options.host}:${options.port}`],
      ['traceparent', traceparentOf(options.traceId)],
      ...request.headers.map(({ name, value }) => [name, value]),
      ...(request.body.length > 0 || !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(request.method)
        ? [['Content-Length', String(request.body.length)]]
        : []),
    ].flat() as string[],
    setHost: false,
  } as http.RequestOptions);
  const abort = (): void => void outgoing.destroy();
  signal.addEventListener('abort', abort, { once: true });
  const limit = clock.setTimeout(() => {
    error = `no complete answer within ${options.timeoutMs} ms`;
    outgoing.destroy();
  }, options.timeoutMs);
  const trailers: { name: string; value: string }[] = [];
  try {
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.end(request.body);
    });
    status = answer.statusCode ?? 0;
    yield event('head', {
      status,
      statusText: answer.statusMessage ?? '',
      headers: pairs(answer.rawHeaders),
      afterMs: elapsed(),
    });
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      const room = options.maxBytes - passed;
      if (room <= 0) continue;
      const part = chunk.subarray(0, room);
      passed += part.length;
      for (let at = 0; at < part.length; at += HIGH_WATER_BYTES) {
        const data = part.subarray(at, at + HIGH_WATER_BYTES);
        yield create(ServiceCallEventSchema, { event: { case: 'data', value: data } });
      }
    }
    trailers.push(...pairs(answer.rawTrailers));
  } catch (thrown) {
    error ||= signal.aborted ? 'cancelled' : (thrown as Error).message;
  } finally {
    limit.dispose();
    signal.removeEventListener('abort', abort);
    outgoing.destroy();
  }
  yield event('end', {
    durationMs: elapsed(),
    bytes,
    cut: passed < bytes,
    trailers,
    error,
    ok: error === '' && status > 0 && status < 400,
  });
}

type Events = NonNullable<NonNullable<MessageInitShape<typeof ServiceCallEventSchema>>['event']>;
type EventOf<Case extends string> = Extract<Events, { case: Case }>;

/** An event of a call. */
export function event<Case extends 'started' | 'head' | 'end' | 'message'>(
  name: Case,
  value: EventOf<Case>['value'],
): ServiceCallEvent {
  return create(ServiceCallEventSchema, { event: { case: name, value } as Events });
}

function pairs(raw: readonly string[]): { name: string; value: string }[] {
  const out: { name: string; value: string }[] = [];
  for (let at = 0; at < raw.length; at += 2) out.push({ name: raw[at] as string, value: raw[at + 1] as string });
  return out;
}
