import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { Broker } from '../contract/gen/broker_pb.ts';
import { Accounts, Auth, Rules } from '../contract/gen/auth_pb.ts';
import { Authority } from '../contract/gen/authority_pb.ts';
import { Console } from '../contract/gen/calls_pb.ts';
import { ConfigHistory } from '../contract/gen/config_history_pb.ts';
import { Config } from '../contract/gen/config_pb.ts';
import { Debug } from '../contract/gen/debug_pb.ts';
import { Desktop } from '../contract/gen/desktop_pb.ts';
import { Environments } from '../contract/gen/environments_pb.ts';
import { Records } from '../contract/gen/records_pb.ts';
import { Registry } from '../contract/gen/registry_pb.ts';
import { Runtime } from '../contract/gen/runtime_pb.ts';
import { SecretKey } from '../contract/gen/secret_key_pb.ts';
import { Settings } from '../contract/gen/settings_pb.ts';
import { Store } from '../contract/gen/store_pb.ts';
import { Topics } from '../contract/gen/topics_pb.ts';
import { Traces } from '../contract/gen/traces_pb.ts';
import { Traffic } from '../contract/gen/traffic_pb.ts';
import { Terminals } from '../contract/gen/terminals_pb.ts';
import { type AskDestruction, askBefore } from './destruction.ts';
import { translateErrors } from './translateErrors.ts';

/** The services of the contract, by the names that clients have for them. */
const services = {
  desktop: Desktop,
  traffic: Traffic,
  traces: Traces,
  console: Console,
  terminals: Terminals,
  runtime: Runtime,
  registry: Registry,
  store: Store,
  records: Records,
  config: Config,
  configHistory: ConfigHistory,
  topics: Topics,
  broker: Broker,
  auth: Auth,
  accounts: Accounts,
  rules: Rules,
  authority: Authority,
  debug: Debug,
  settings: Settings,
  secretKey: SecretKey,
  environments: Environments,
};

type ServiceClients = { readonly [Name in keyof typeof services]: Client<(typeof services)[Name]> };

/** The services of the contract as typed methods. Every failure is a `MicroError`, a cancelled call excepted. */
export interface MicroClient extends ServiceClients {
  /** What the clients above send their requests through, for further services of the same server. */
  readonly transport: Transport;
}

/** Where a server is and what lets us in. */
export interface MicroClientOptions {
  /** Base address of the API, e.g. `http://127.0.0.1:8081`. */
  url: string;
  /** The token of server.json; empty in a browser whose cookie stands in for it. */
  token: string;
  /**
   * How requests travel. The default is `fetch`, which is right for a page. A Node program that follows streams brings a
   * transport of its own, because Node's fetch gives up on an answer that is silent for five minutes.
   */
  createTransport?: (options: TransportOptions) => Transport;
  /** What stands in for `fetch` in the default transport. */
  fetch?: typeof globalThis.fetch;
  /** Is asked before what ends or deletes something is sent; absent where nobody is to be asked. */
  ask?: AskDestruction | undefined;
}

/** What {@link MicroClientOptions.createTransport} builds from. */
export interface TransportOptions {
  baseUrl: string;
  interceptors: Interceptor[];
  useBinaryFormat: true;
  fetch?: typeof globalThis.fetch;
}

/**
 * A client of one server. It opens nothing until the first call. A stream goes on until it ends or the `signal` in its
 * call options aborts: leaving the loop early does not cancel it.
 */
export function createMicroClient(options: MicroClientOptions): MicroClient {
  const createTransport = options.createTransport ?? createConnectTransport;
  const plain = translateErrors(
    createTransport({
      baseUrl: options.url.replace(/\/+$/, ''),
      interceptors: options.token ? [bearer(options.token)] : [],
      useBinaryFormat: true,
      ...(options.fetch ? { fetch: options.fetch } : {}),
    }),
  );
  const transport = options.ask ? askBefore(plain, options.ask) : plain;
  return Object.defineProperties({ transport }, lateClients(transport)) as MicroClient;
}

/** A client for each service, made when it is first used: to make one, all that the service has is read. */
function lateClients(transport: Transport): PropertyDescriptorMap {
  const made = new Map<string, unknown>();
  const get = (name: string, service: DescService): unknown => {
    if (!made.has(name)) made.set(name, createClient(service, transport));
    return made.get(name);
  };
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => [name, { enumerable: true, get: () => get(name, service) }]),
  );
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('Authorization', `Bearer ${token}`);
    return next(request);
  };
}
