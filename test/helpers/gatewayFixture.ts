import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import { Emitter } from '../../electron/server/base/event.ts';
import { Gateway } from '../../electron/server/gateway/gateway.ts';
import { MemoryRegistry } from '../../electron/server/registry/memoryRegistry.ts';
import type { AccessEntry } from '../../electron/server/traffic/accessEntry.ts';
import { type Call, OUTSIDE } from '../../electron/server/traffic/call.ts';
import { InFlight } from '../../electron/server/traffic/inFlight.ts';
import type { ServiceState } from '../../electron/server/traffic/serviceStates.ts';
import { waitFor } from './waitFor.ts';

/** Limits that a test may shorten. */
export interface GatewayLimits {
  answerTimeoutMs?: number;
  holdMs?: number;
  keptBodyBytes?: () => number;
}

/** An answer with its body as bytes. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  rawHeaders: string[];
  trailers: NodeJS.Dict<string>;
  body: Buffer;
  /** The client's own port: the same for requests on one connection. */
  localPort: number;
  json(): Record<string, unknown>;
}

/** A gateway of its own on a free port, with services that are sockets of this process. */
export class GatewayFixture {
  readonly registry = new MemoryRegistry(systemClock);
  readonly inFlight = new InFlight();
  readonly calls: Call[] = [];
  /** Every request that came to its end. */
  readonly answers: AccessEntry[] = [];
  /** What the runtime would say of the services. */
  readonly states = new Map<string, ServiceState>();
  readonly stateChanges = new Emitter<{ services: ReadonlySet<string> }>();
  readonly gateway: Gateway;
  /** Times that the state of a service was asked for: a request found no node. */
  lookUps = 0;
  port = 0;
  private readonly servers = new Map<net.Server, Set<net.Socket>>();

  constructor(limits: GatewayLimits) {
    this.gateway = new Gateway({
      registry: this.registry,
      states: {
        state: (name) => {
          this.lookUps++;
          return this.states.get(name);
        },
        names: () => [...this.states.keys()],
        onDidChange: this.stateChanges.event,
      },
      inFlight: this.inFlight,
      version: 'test',
      onDidCall: (call) => this.calls.push(call),
      onDidAnswer: (entry) => this.answers.push(entry),
      callers: { callerOf: () => OUTSIDE },
      ...limits,
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts a server on a free port (or `port`) and registers it as a node of `service`; resolves with its port. */
  async serve(server: net.Server, service = 'svc', id = service, port = 0): Promise<number> {
    const at = await this.listen(server, port);
    this.register(at, service, id);
    return at;
  }

  /** Starts a server without registering it. */
  async listen(server: net.Server, port = 0): Promise<number> {
    const sockets = new Set<net.Socket>();
    this.servers.set(server, sockets);
    server.on('connection', (socket: net.Socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
    return (server.address() as net.AddressInfo).port;
  }

  register(port: number, service = 'svc', id = service): void {
    this.registry.register({ name: service, version: '1' }, { id, address: '127.0.0.1', port, metadata: {} });
  }

  /** Ends a server as `kill -9` would: its connections break. */
  async kill(server: net.Server): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.servers.get(server) ?? []) socket.resetAndDestroy();
    this.servers.delete(server);
    await closed;
  }

  /** Open connections of a server. */
  connections(server: net.Server): number {
    return this.servers.get(server)?.size ?? 0;
  }

  /** One request through the gateway. */
  ask(path: string, options: http.RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
    return ask({ host: '127.0.0.1', port: this.port, path, agent: false, ...options });
  }

  /** Waits until nothing is under way to a node any more. */
  whenIdle(node = 'svc'): Promise<unknown> {
    return waitFor(`nothing is under way to ${node}`, () => this.inFlight.inFlight(node) === 0);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    for (const server of [...this.servers.keys()]) await this.kill(server);
    this.registry.dispose();
  }
}

/** One request; the body of the answer is collected. */
export function ask(options: http.RequestOptions & { body?: string | Buffer }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const localPort = response.socket.localPort ?? 0;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          trailers: response.trailers,
          body,
          localPort,
          json: () => JSON.parse(body.toString()) as Record<string, unknown>,
        });
      });
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

/** A raw connection to a port that collects what it hears. */
export class RawClient {
  readonly socket: net.Socket;
  private chunks: Buffer[] = [];
  ended = false;

  constructor(port: number) {
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.chunks.push(chunk));
    this.socket.on('error', () => {});
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('close', () => {
      this.ended = true;
    });
  }

  get heard(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.heard.toString('latin1');
  }

  say(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  /** Waits until what was heard contains `text`, and resolves with all of it. */
  async until(text: string): Promise<string> {
    await waitFor(`hearing ${JSON.stringify(text)}`, () => {
      if (this.text.includes(text)) return true;
      if (this.ended) throw new Error(`the connection ended after ${JSON.stringify(this.text)}`);
      return false;
    });
    return this.text;
  }

  /** Waits for the end of the connection. */
  async untilEnd(): Promise<string> {
    await waitFor('the end of the connection', () => this.ended);
    return this.text;
  }
}

/** A gateway for each test of a file, closed after it. */
export function useGateway(limits: GatewayLimits = {}): () => GatewayFixture {
  let fixture: GatewayFixture | undefined;
  beforeEach(async () => {
    fixture = new GatewayFixture(limits);
    fixture.port = await fixture.gateway.listen('127.0.0.1', 0);
  });
  afterEach(async () => {
    await fixture?.close();
    fixture = undefined;
  });
  return () => fixture as GatewayFixture;
}
