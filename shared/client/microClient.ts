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

/** The services of the contract as typed methods. Every failure is a `MicroError`, a cancelled call excepted. */
export interface MicroClient {
  readonly desktop: Client<typeof Desktop>;
  readonly traffic: Client<typeof Traffic>;
  readonly traces: Client<typeof Traces>;
  readonly console: Client<typeof Console>;
  readonly terminals: Client<typeof Terminals>;
  readonly runtime: Client<typeof Runtime>;
  readonly registry: Client<typeof Registry>;
  readonly store: Client<typeof Store>;
  readonly records: Client<typeof Records>;
  readonly config: Client<typeof Config>;
  readonly configHistory: Client<typeof ConfigHistory>;
  readonly topics: Client<typeof Topics>;
  readonly broker: Client<typeof Broker>;
  readonly auth: Client<typeof Auth>;
  readonly accounts: Client<typeof Accounts>;
  readonly rules: Client<typeof Rules>;
  readonly authority: Client<typeof Authority>;
  readonly debug: Client<typeof Debug>;
  readonly settings: Client<typeof Settings>;
  readonly secretKey: Client<typeof SecretKey>;
  readonly environments: Client<typeof Environments>;
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
  /** Is asked before what ends or deletes something is sent; absent where nobody is to be asked. */
  ask?: AskDestruction | undefined;
}

/** What {@link MicroClientOptions.createTransport} builds from. */
export interface TransportOptions {
  baseUrl: string;
  interceptors: Interceptor[];
  useBinaryFormat: true;
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
    }),
  );
  const transport = options.ask ? askBefore(plain, options.ask) : plain;
  return {
    desktop: createClient(Desktop, transport),
    traffic: createClient(Traffic, transport),
    traces: createClient(Traces, transport),
    console: createClient(Console, transport),
    terminals: createClient(Terminals, transport),
    runtime: createClient(Runtime, transport),
    registry: createClient(Registry, transport),
    store: createClient(Store, transport),
    records: createClient(Records, transport),
    config: createClient(Config, transport),
    configHistory: createClient(ConfigHistory, transport),
    topics: createClient(Topics, transport),
    broker: createClient(Broker, transport),
    auth: createClient(Auth, transport),
    accounts: createClient(Accounts, transport),
    rules: createClient(Rules, transport),
    authority: createClient(Authority, transport),
    debug: createClient(Debug, transport),
    settings: createClient(Settings, transport),
    secretKey: createClient(SecretKey, transport),
    environments: createClient(Environments, transport),
    transport,
  };
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('Authorization', `Bearer ${token}`);
    return next(request);
  };
}
