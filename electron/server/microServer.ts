import type { ActionEvent } from '../../shared/contract/gen/actions_pb.ts';
import type { Notice } from '../../shared/contract/gen/state_pb.ts';
import type { Event } from './base/event.ts';
import type { LogEntry } from './base/logger.ts';
import type { ListenOptions, PublicAddresses } from './publicListener.ts';
import type { EngineAddresses } from './engineAddresses.ts';
import type { KubernetesRuntimeOptions } from './runtime/kubernetes/kubernetesRuntime.ts';
import type { ServerFile } from './serverFile.ts';
import type { ReloadNews } from './serverNews.ts';

/** What a host decides about its server. */
export interface ServerOptions {
  /** MICRO_HOME, absolute; made when it is missing. */
  home: string;
  version: string;
  /** Folders to open and start. Empty or absent: what was open and wanted last time. */
  projects?: readonly string[];
  /** 0: any free port. Absent: the usual one or the next free one. */
  gatewayPort?: number;
  /** When it is 0 the ports for OpenTelemetry are any free ones as well. */
  proxyPort?: number;
  /** Engines that other servers may share. */
  engines?: EngineAddresses;
  /** Calls to services need what the rules say, whatever settings.json says. */
  auth?: boolean;
  /** It ends by itself when whoever started it is gone, no client is connected and nothing runs, after so long. */
  endWhenIdleMs?: number;
  /** ms that secrets whose key is in the keychain of the system wait for the app to hand it over. Absent: they do not. */
  awaitKeyMs?: number;
  /** The built page, for browsers. */
  uiFolder?: string;
  /** Other machines reach it as well; calls to services then need what the rules say. */
  listen?: ListenOptions;
  /** Services run in this cluster; absent: as processes of this machine. */
  kubernetes?: KubernetesRuntimeOptions;
  onDidLog?: (entry: LogEntry) => void;
}

/** What {@link MicroServer.start} resolves with. */
export interface ServerAddresses extends ServerFile {
  /** A sentence for each usual port that was taken. */
  moved: string[];
  /** Where other machines reach it; absent where they cannot. */
  reachable?: PublicAddresses;
}

/** A micro server in this process. */
export interface MicroServer {
  /** What happens to which service, as long as the server runs. */
  readonly onDidEvent: Event<ActionEvent>;
  /** What there is to say beside the status of services, e.g. what an earlier server left running. */
  readonly onDidNotice: Event<Notice>;
  /** A saved file was taken over, or was not. */
  readonly onDidReload: Event<ReloadNews>;
  /** A client asked the server to end: the host calls `stop` and ends its process. */
  readonly onDidRequestShutdown: Event<void>;
  /** Resolves when it listens; services come up behind it. Rejects with `server.already-running` or `port.taken`. */
  start(): Promise<ServerAddresses>;
  /** Stops services in reverse order, then the server. Idempotent; a second call waits for the first. */
  stop(listener?: (event: ActionEvent) => void): Promise<void>;
  /** SIGKILL to everything, at once. */
  forceStop(): Promise<void>;
  /** A link that opens the page in a browser, good for one use. */
  uiLink(): string;
}
