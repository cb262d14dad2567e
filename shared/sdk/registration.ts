import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Registry } from '../contract/gen/registry_pb.ts';
import type { Connection } from './connection.ts';
import type { Endpoint, TypeTree } from './endpoint.ts';
import type { Logger } from './logger.ts';

/** micro's own times: told every 30 s, forgotten after 90 s of silence. */
const RENEWAL_MS = 30_000;
const LIFE_SECONDS = 90n;
/** ms to wait after a registration failed; a server that starts anew is up again in about this time. */
const RETRY_MS = 3000;

/** What is registered. */
export interface Registered {
  name: string;
  version: string;
  port: number;
  metadata: Record<string, string>;
  endpoints: readonly Endpoint[];
}

/**
 * Keeps what the service offers in the registry. An instance that the server started is known to it already, so its endpoints
 * are added to what is known; any other is registered with its address and forgotten when it goes silent.
 */
export class Registration {
  private timer: NodeJS.Timeout | undefined;
  private readonly nodeId: string;
  private readonly client;
  private stopped = false;
  private hasFailed = false;

  constructor(
    private readonly connection: Connection,
    private readonly service: Registered,
    private readonly logger: Logger,
  ) {
    this.nodeId = connection.surroundings.instanceId ?? `${service.name}-${randomUUID()}`;
    this.client = connection.coreClient(Registry);
  }

  /** Registers, and from then on again and again. Resolves after the first attempt; a failed one is told in the log. */
  async start(): Promise<void> {
    if (this.connection.surroundings.proxy === undefined) return;
    let nextMs = RENEWAL_MS;
    try {
      await this.client.register(this.message(), { timeoutMs: RENEWAL_MS });
      this.hasFailed = false;
    } catch (error) {
      nextMs = RETRY_MS;
      if (!this.hasFailed && !this.stopped) {
        this.logger.warn(`its endpoints are not in the registry yet: ${(error as Error).message}`);
      }
      this.hasFailed = true;
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.start(), nextMs);
    this.timer.unref();
  }

  /** Leaves the registry; never rejects. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    if (this.connection.surroundings.proxy === undefined || this.hasFailed) return;
    // An instance of the server's own has left the registry before it is told to end.
    if (this.connection.surroundings.instanceId !== undefined) return;
    await this.client.deregister(this.message(), { timeoutMs: RETRY_MS }).catch(() => {});
  }

  private message() {
    const { name, version, port, metadata, endpoints } = this.service;
    return {
      name,
      version,
      // The gateway passes on what is no endpoint: pages, and /healthz.
      metadata: { http: 'true', ...metadata },
      endpoints: endpoints.map((endpoint) => ({
        name: endpoint.name,
        request: valueOf(endpoint.request),
        response: valueOf(endpoint.response),
        metadata: endpoint.metadata,
      })),
      nodes: [
        {
          id: this.nodeId,
          address: `127.0.0.1:${port}`,
          port: BigInt(port),
          metadata: { protocol: 'grpc', server: 'micro-desktop/sdk', host: hostname(), pid: String(process.pid) },
        },
      ],
      options: { ttl: LIFE_SECONDS },
    };
  }
}

function valueOf({ name, type, values }: TypeTree): { name: string; type: string; values: TypeTree[] } {
  return { name, type, values: values.map(valueOf) };
}
