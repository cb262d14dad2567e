import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectRouter } from '@connectrpc/connect';
import type { Logger } from '../../base/logger.ts';
import type { RequestHandler, UpgradeHandler } from '../../traffic/protocolPort.ts';
import type { Admission } from './admission.ts';
import type { EnvironmentRelay } from './environmentRelay.ts';
import type { HttpMount } from './httpMount.ts';
import type { Sockets } from './sockets.ts';
import type { UiFiles } from './uiFiles.ts';

/** What the proxy port serves beside the API. */
export interface ServiceTraffic {
  handleRequest: RequestHandler;
  handleUpgrade: UpgradeHandler;
}

/** Is told what is asked of the core services; `name` is the package. */
export interface CoreCallListener {
  handleCall(request: IncomingMessage, response: ServerResponse, name: string): void;
  handleSocket(request: IncomingMessage, name: string): void;
}

/** Collaborators of the API's port. */
export interface ApiPortOptions {
  admission: Admission;
  logger: Logger;
  routes: (router: ConnectRouter) => void;
  /** Methods that are another thing over gRPC than over Connect. */
  grpcRoutes?: (router: ConnectRouter) => void;
  /** Paths of the contract's methods, `/package.Service/Method`; everything else is traffic between services. */
  rpcPaths: Pick<ReadonlySet<string>, 'has'>;
  sockets: Sockets;
  /** What the API serves over plain HTTP, each below a path of its own. */
  mounts?: readonly HttpMount[];
  /** Absent: the page is not served (no built renderer). */
  ui: UiFiles | undefined;
  /** Passes on what is for the server of another environment. */
  relay?: Pick<EnvironmentRelay, 'handle' | 'handleUpgrade' | 'close'>;
  /** Service to service calls. */
  traffic: ServiceTraffic;
  /** Whether `/readyz` says that the server takes work. Absent: as long as it listens. */
  isReady?: () => boolean;
  /** `host:port` under which services elsewhere reach it through a way that somebody made. */
  advertised?: string | undefined;
  /** Is told calls of the core services, before they are read; not of our own package, which window and command line speak. */
  coreCalls?: CoreCallListener | undefined;
}
