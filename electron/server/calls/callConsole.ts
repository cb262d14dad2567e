import type { Registry } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import {
  type CallEnd,
  type CallHead,
  type CallStarted,
  type ServiceCallEvent,
  type ServiceCallRequest,
  type ServiceEndpoint,
} from '../../../shared/contract/gen/calls_pb.ts';
import type { Clock } from '../base/clock.ts';
import { nearest } from '../project/nearest.ts';
import { type BuiltRequest, buildRequest } from './buildRequest.ts';
import type { CallHistory } from './callHistory.ts';
import { curlOf } from './curl.ts';
import type { EndpointCatalog } from './endpointCatalog.ts';
import { codecOf, type GrpcCodec, grpcCall, messagesOf } from './grpcCall.ts';
import { type CallOptions, event, httpCall, newTraceId } from './httpCall.ts';

/** ms that a call may take when the request does not say. */
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Bytes of an answer that are passed on when the request does not say. */
const DEFAULT_MAX_BYTES = 1024 * 1024;
const MAX_BYTES = 64 * 1024 * 1024;

/** Collaborators of {@link CallConsole}. */
export interface CallConsoleOptions {
  catalog: Pick<EndpointCatalog, 'endpoints'>;
  history: Pick<CallHistory, 'add'>;
  /** Names of all services that are known. */
  services(): string[];
  /** Environment of a service, for `{{NAME}}`; the values as they are. */
  variables(service: string): Promise<ReadonlyMap<string, string>>;
  /** A token to send with calls of a service, which nobody is shown; undefined for those that ask for none of ours. */
  tokenFor?(service: string): string | undefined;
  /** URL of the gateway. */
  gateway(): string;
  clock: Clock;
}

/** Makes calls the way a caller from outside does: through the gateway, so that they are seen and traced like all others. */
export class CallConsole {
  constructor(private readonly options: CallConsoleOptions) {}

  /** Calls a service. Throws when the call cannot be put together; what goes wrong later is in `end`. */
  async *call(request: ServiceCallRequest, signal: AbortSignal): AsyncGenerator<ServiceCallEvent> {
    const { service } = request;
    this.checkService(service);
    const { endpoint, types } = await this.endpointOf(request);
    const variables = await this.options.variables(service);
    const built = buildRequest(request, endpoint, variables);
    const codec = built.protocol === 'grpc' ? codecOf(built.path, types) : undefined;
    const messages = codec ? messagesOf(built.body.toString()).map((message) => codec.encode(message)) : [];
    const traceId = newTraceId();
    let started: CallStarted | undefined;
    let head: CallHead | undefined;
    let end: CallEnd | undefined;
    try {
      for await (const one of this.events(service, built, codec && { codec, messages }, request, traceId, signal)) {
        if (one.event.case === 'started') started = one.event.value;
        if (one.event.case === 'head') head = one.event.value;
        if (one.event.case === 'end') {
          end = one.event.value;
          // It stands in the history before the client knows that it has ended.
          if (!request.unlisted) await this.options.history.add(request, started, head, end);
        }
        yield one;
      }
    } finally {
      if (!end && !request.unlisted) await this.options.history.add(request, started, head, undefined);
    }
  }

  private async *events(
    service: string,
    built: BuiltRequest,
    grpc: { codec: GrpcCodec; messages: readonly Uint8Array[] } | undefined,
    request: ServiceCallRequest,
    traceId: string,
    signal: AbortSignal,
  ): AsyncGenerator<ServiceCallEvent> {
    const gateway = new URL(this.options.gateway());
    const prefix = `/${service}`;
    const url = gateway.origin + prefix + built.path;
    const { method, headers } = built;
    yield event('started', { traceId, method, url, headers, curl: curlOf(built, url, gateway, service) });
    const options: CallOptions = {
      clock: this.options.clock,
      host: gateway.hostname,
      port: Number(gateway.port),
      prefix,
      traceId,
      timeoutMs: Math.min(MAX_TIMEOUT_MS, request.timeoutMs > 0 ? request.timeoutMs : DEFAULT_TIMEOUT_MS),
      maxBytes: Math.min(MAX_BYTES, request.maxBytes > 0 ? request.maxBytes : DEFAULT_MAX_BYTES),
    };
    const sent = this.withToken(service, built);
    if (grpc) yield* grpcCall(sent, grpc.messages, grpc.codec, options, signal);
    else yield* httpCall(sent, options, signal);
  }

  private withToken(service: string, built: BuiltRequest): BuiltRequest {
    const token = this.options.tokenFor?.(service);
    if (token === undefined || built.headers.some(({ name }) => name.toLowerCase() === 'authorization')) return built;
    return { ...built, headers: [...built.headers, { name: 'authorization', value: `Bearer ${token}` }] };
  }

  private checkService(service: string): void {
    const names = this.options.services();
    if (names.includes(service)) return;
    const near = nearest(service, names);
    throw new MicroError('service.not-found', `there is no service "${service}"`, {
      next: near ? `did you mean "${near}"?` : 'list them with: micro services',
    });
  }

  /** The endpoint that a request names; undefined for free HTTP. */
  private async endpointOf(
    request: ServiceCallRequest,
  ): Promise<{ endpoint?: ServiceEndpoint; types?: Registry | undefined }> {
    const wanted = request.endpoint.trim();
    if (wanted === '') return {};
    const { endpoints, types } = await this.options.catalog.endpoints(request.service, false);
    const found = endpoints.find((one) => isNamed(one, wanted));
    if (found) return { endpoint: found, types };
    const free = /^([A-Za-z]+)\s+(\/\S*)$/.exec(wanted) ?? /^()(\/\S*)$/.exec(wanted);
    if (free) {
      request.method ||= free[1] ?? '';
      request.path ||= free[2] ?? '';
      return {};
    }
    const names = endpoints.map((one) => one.name);
    const near = nearest(wanted, names);
    throw new MicroError('calls.no-endpoint', `${request.service} has no endpoint "${wanted}"`, {
      next: near
        ? `did you mean "${near}"?`
        : names.length > 0
          ? `it offers: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`
          : 'it does not say what it offers: name a method and path, e.g. "GET /health"',
    });
  }
}

/** Whether an endpoint is meant: by its name, by the last parts of it, or by its path; `package.Service/Method` is how gRPC writes it. */
function isNamed(endpoint: ServiceEndpoint, wanted: string): boolean {
  const name = endpoint.name.toLowerCase();
  const asked = wanted.toLowerCase().replace(/^([\w.]+)\/(\w+)$/, '$1.$2');
  return name === asked || endpoint.path === wanted || name.endsWith(`.${asked}`) || name.endsWith(` ${asked}`);
}
