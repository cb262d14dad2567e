import type { DescService } from '@bufbuild/protobuf';
import type { Client, ServiceImpl } from '@connectrpc/connect';
import type { z } from 'zod';
import { type CallOptions, Calls, type CheckedCallOptions } from './calls.ts';
import { Config } from './config.ts';
import { Connection } from './connection.ts';
import { EndpointSet } from './endpointSet.ts';
import { Events } from './events.ts';
import type { EndpointHandler, EndpointSchemas } from './jsonHandlers.ts';
import { createLogger, type Logger } from './logger.ts';
import { Port, type RequestListener } from './port.ts';
import { Registration } from './registration.ts';
import { Store } from './store.ts';
import { surroundingsOf } from './surroundings.ts';

/** ms that calls under way have when the service is told to end; the server kills after 10 s when nothing else is declared. */
const USUAL_GRACE_MS = 8000;

/** How a service is made. */
export interface ServiceOptions {
  /** Its name where no server started it; the one in micro.yaml, by which others know it, comes first. */
  name?: string;
  /** Its version where no server started it, else that of micro.yaml. Default: `latest`. */
  version?: string;
  /** Default: PORT, else any that is free. */
  port?: number;
  /** Default: MICRO_LISTEN (in a container 0.0.0.0), else 127.0.0.1. */
  host?: string;
  metadata?: Record<string, string>;
  /** Answers requests that are no calls of an endpoint: pages, files, routes of a web framework. */
  http?: RequestListener;
  /** What `/healthz` waits for; a rejection is a 503 with its message. */
  health?: () => void | Promise<void>;
  /** ms that calls under way have at the end. Default: 8,000. */
  graceMs?: number;
  /** Where it reads what the server says. Default: the environment of the process. */
  env?: Readonly<Record<string, string | undefined>>;
  logger?: Logger;
}

/** A service: its endpoints, and the way to others, to its records and to its config. */
export class Service {
  readonly name: string;
  readonly version: string;
  readonly logger: Logger;
  /** Records in a table of the service's name. */
  readonly store: Store;
  readonly config: Config;
  /** Topics with a history. */
  readonly events: Events;
  private readonly connection: Connection;
  private readonly calls: Calls;
  private readonly endpoints: EndpointSet;
  private readonly ending = new AbortController();
  private port: Port | undefined;
  private registration: Registration | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: ServiceOptions) {
    const surroundings = surroundingsOf(options.env ?? process.env);
    const name = surroundings.service ?? options.name;
    if (!name || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
      throw new TypeError(`"${name ?? ''}" cannot be the name of a service: small letters, digits and dashes`);
    }
    this.name = name;
    this.version = surroundings.version ?? options.version ?? 'latest';
    this.logger = options.logger ?? createLogger();
    this.endpoints = new EndpointSet(name);
    this.connection = new Connection(surroundings);
    this.calls = new Calls(this.connection);
    this.store = new Store(this.connection, name, this.ending.signal);
    this.config = new Config(this.connection, this.ending.signal);
    this.events = new Events(this.connection, this.logger);
  }

  /**
   * Adds an endpoint: `handle('Hello', { request, response }, handler)`, where `Hello` is a method of the handler that is named
   * after the service, and `Other.Hello` of another; or the service that code was generated for, with its methods.
   */
  handle<Request extends z.ZodType, Response extends z.ZodType>(
    name: string,
    schemas: EndpointSchemas<Request, Response>,
    handler: EndpointHandler<z.output<Request>, z.input<Response>>,
  ): this;
  handle<S extends DescService>(service: S, methods: Partial<ServiceImpl<S>>): this;
  handle(
    what: string | DescService,
    second: EndpointSchemas<z.ZodType, z.ZodType> | Partial<ServiceImpl<DescService>>,
    third?: EndpointHandler<unknown, unknown>,
  ): this {
    if (this.port) throw new Error('endpoints are added before the service starts');
    if (typeof what === 'string') {
      this.endpoints.add(
        what,
        second as EndpointSchemas<z.ZodType, z.ZodType>,
        third as EndpointHandler<unknown, unknown>,
      );
    } else {
      this.endpoints.addTyped(what, second as Partial<ServiceImpl<DescService>>);
    }
    return this;
  }

  /** Calls an endpoint of another service by name; see {@link Calls.call}. */
  call<S extends z.ZodType>(
    service: string,
    endpoint: string,
    request: object,
    options: CheckedCallOptions<S>,
  ): Promise<z.output<S>>;
  call(service: string, endpoint: string, request?: object, options?: CallOptions): Promise<unknown>;
  call(service: string, endpoint: string, request?: object, options?: CallOptions): Promise<unknown> {
    return this.calls.call(service, endpoint, request, options);
  }

  /** Asks another service over HTTP; see {@link Calls.fetch}. */
  fetch(service: string, path: string, init?: RequestInit, options?: CallOptions): Promise<Response> {
    return this.calls.fetch(service, path, init, options);
  }

  /** A client of a service that code was generated for, over gRPC. `name` is the name of the service in the project. */
  client<S extends DescService>(service: S, name: string): Client<S> {
    return this.connection.serviceClient(service, name);
  }

  /** Listens, registers its endpoints, and resolves with the port. Rejects with the system's error, e.g. `EADDRINUSE`. */
  async start(): Promise<number> {
    if (this.port || this.stopping) throw new Error('a service starts once');
    const port = new Port(this.endpoints.listener({ logger: this.logger, ...this.options }));
    this.port = port;
    const wanted = this.options.port ?? this.connection.surroundings.port ?? 0;
    const number = await port.listen(this.options.host ?? process.env.MICRO_LISTEN ?? '127.0.0.1', wanted);
    this.logger.info(`${this.name} ${this.version} listens on port ${number}`);
    const { name, version, endpoints } = this;
    const metadata = this.options.metadata ?? {};
    const registered = { name, version, port: number, metadata, endpoints: endpoints.list() };
    this.registration = new Registration(this.connection, registered, this.logger);
    void this.registration.start();
    return number;
  }

  /** Takes no new calls, lets those under way end, and closes every connection. Idempotent. */
  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  /** Starts, and serves until SIGTERM or SIGINT; then ends in good order and ends the process with 0. */
  async run(): Promise<void> {
    const told = new Promise<string>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    });
    await this.start();
    const signal = await told;
    this.logger.info(`${signal}: no new calls, the open ones are finished`);
    await this.stop();
    // Timers and connections of the program itself would keep the process alive.
    process.exit(0);
  }

  private async stopInOrder(): Promise<void> {
    this.ending.abort();
    await this.registration?.stop();
    // Side by side: a handler of an event may wait for a call that is under way, or the other way round.
    const graceMs = this.options.graceMs ?? USUAL_GRACE_MS;
    await Promise.all([this.port?.close(graceMs), within(graceMs, this.events.close())]);
    this.connection.close();
  }
}

/** Resolves with `work`, or after `ms`. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Makes a service; nothing starts before `start` or `run`. */
export function createService(options: ServiceOptions = {}): Service {
  return new Service(options);
}
