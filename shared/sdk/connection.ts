import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { currentCall } from './callContext.ts';
import { fromConnectError } from './serviceError.ts';
import { proxyOf, type Surroundings } from './surroundings.ts';

/** Pings show within this time (ms) that the server is gone, where the system would keep a dead connection for hours. */
const PING_INTERVAL_MS = 30_000;

/** The connection to the server, opened when something is first asked of it, and shared by everything that asks. */
export class Connection {
  private sessions: Http2SessionManager | undefined;
  private core: Transport | undefined;

  constructor(readonly surroundings: Surroundings) {}

  /** A client of one of the server's own services; its errors are ServiceErrors. */
  coreClient<S extends DescService>(service: S): Client<S> {
    return createClient(
      service,
      lazily(() => (this.core ??= this.transport(proxyOf(this.surroundings), 'micro', false))),
    );
  }

  /** A client of another service, over gRPC, by its name. */
  serviceClient<S extends DescService>(service: S, name: string): Client<S> {
    return createClient(
      service,
      lazily(() => this.transport(`${proxyOf(this.surroundings)}/${name}`, name, true)),
    );
  }

  /** Headers that say who calls, and for which trace. */
  headers(): Record<string, string> {
    const { token } = this.surroundings;
    const traceparent = currentCall()?.traceparent;
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  close(): void {
    this.sessions?.abort();
    this.sessions = undefined;
    this.core = undefined;
  }

  private transport(baseUrl: string, name: string, grpc: boolean): Transport {
    this.sessions ??= new Http2SessionManager(proxyOf(this.surroundings), { pingIntervalMs: PING_INTERVAL_MS });
    const withHeaders: Interceptor = (next) => (request) => {
      for (const [key, value] of Object.entries(this.headers())) {
        if (!request.header.has(key)) request.header.set(key, value);
      }
      return next(request);
    };
    const options = { baseUrl, sessionManager: this.sessions, interceptors: [withHeaders] };
    return translated(
      grpc ? createGrpcTransport(options) : createConnectTransport({ ...options, httpVersion: '2' }),
      name,
    );
  }
}

/** A transport that is made at the first call, which also is the first that fails where there is no server. */
function lazily(make: () => Transport): Transport {
  let made: Transport | undefined;
  const get = (): Transport => (made ??= make());
  return {
    unary: async (...args) => get().unary(...args),
    stream: async (...args) => get().stream(...args),
  };
}

function translated(transport: Transport, name: string): Transport {
  return {
    async unary(...args) {
      try {
        return await transport.unary(...args);
      } catch (error) {
        throw fromConnectError(error, name);
      }
    },
    async stream(...args) {
      try {
        const response = await transport.stream(...args);
        return { ...response, message: translatedStream(response.message, name) };
      } catch (error) {
        throw fromConnectError(error, name);
      }
    },
  };
}

async function* translatedStream<T>(messages: AsyncIterable<T>, name: string): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw fromConnectError(error, name);
  }
}
