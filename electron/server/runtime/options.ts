import type { ConfigLookup } from './configReferences.ts';
import type { StartPermit } from './startPermit.ts';
import type { Event } from '../base/event.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Dialer } from '../host/dialer.ts';
import type { LaunchedProcess, Launcher } from '../host/launcher.ts';
import type { ProcessTable } from '../host/processTable.ts';
import type { ProcessTrees } from '../host/processTree.ts';
import type { LogStore } from '../logs/logStore.ts';
import type { Registry } from '../registry/registry.ts';

/** Small files under MICRO_HOME. A write is atomic: a reader, or a start after a crash, sees the old or the new content. */
export interface RuntimeFiles {
  /** The whole text, or undefined when there is no such file. */
  readText(path: string): Promise<string | undefined>;
  /** Makes missing folders; the file is readable by its owner only (mode 0600). */
  writeText(path: string, text: string): Promise<void>;
  /** Names in a folder; empty when the folder does not exist. */
  list(folder: string): Promise<string[]>;
  /** A file that is gone already does not matter. */
  remove(path: string): Promise<void>;
}

/** Tells whether a port of this machine can be listened on. */
export interface PortCheck {
  /** True when nothing listens on `port` of any loopback or wildcard address. */
  isFree(port: number): Promise<boolean>;
}

/** Where the server itself can be reached, as its services are told. Known only after the server listens. */
export interface ServerAddresses {
  /** URL, e.g. `http://127.0.0.1:8080`. */
  gateway: string;
  /** host:port, e.g. `127.0.0.1:8081`. */
  proxy: string;
  /** URL of the OTLP receiver; absent: services are told of none. */
  otlp?: string;
  /** URL of the file that services in Node may import, see {@link bundledSdk}; undefined when it is not there. */
  sdk?: string | undefined;
}

/** Counts requests that are on their way through gateway or proxy to one instance (node id = instance id). */
export interface InFlightRequests {
  /** Resolves when no request to `nodeId` is under way any more, or when `signal` aborts. Never rejects. */
  whenIdle(nodeId: string, signal: AbortSignal): Promise<void>;
}

/** What is watched for a service, and how its changes arrive. */
export interface FileWatchSpec {
  /** Absolute folder; it and what is under it is watched. */
  root: string;
  /** Paths (absolute or relative to root, `/` separated) that never count: our own data, ignore rules. */
  isIgnored(relativePath: string, isFolder: boolean): boolean;
  onChange(change: { path: string; kind: 'add' | 'change' | 'unlink' }): void;
  /** A limit was met or the watcher went over to polling: said to the user as it is. */
  onProblem(text: string): void;
}

/** A folder that is watched until it is disposed. */
export interface FileWatch extends Disposable {
  readonly fileCount: number;
  /** Absolute paths of the files that changed since a time, ms, also before they were watched. */
  changedSince(since: number): Promise<string[]>;
}

/** Watches folders. */
export interface FileWatcher {
  /** Resolves when everything there is watched. */
  watch(spec: FileWatchSpec): Promise<FileWatch>;
}

/** Where programs of services with `tty: true` are shown and typed into. */
export interface ServiceTerminals {
  /** The size that the program of a service is to have from its first moment on. */
  size(service: string): { cols: number; rows: number };
  /** Shows a program that has just been started, in the one terminal of its service. */
  show(service: string, folder: string, program: LaunchedProcess): void;
}

/** Everything a local runtime works with; tests give fakes. */
export interface LocalRuntimeOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  clock: Clock;
  logger: Logger;
  launcher: Launcher;
  /** For services with `tty: true`. */
  ptyLauncher: Launcher;
  trees: ProcessTrees;
  processes: ProcessTable;
  ports: PortCheck;
  /** Absent: the network of this machine. */
  dialer?: Dialer;
  files: RuntimeFiles;
  logs: Pick<LogStore, 'startRun' | 'runs' | 'lastLines'>;
  registry: Pick<Registry, 'register' | 'deregister'>;
  /** The environment that services begin with (login shell or our own), nothing of Electron or npm in it. */
  systemEnvironment(): Promise<Readonly<Record<string, string>>>;
  /** Values that micro.yaml names as `${config:…}` and `${secret:…}`. Absent: naming one is an error. */
  config?: ConfigLookup;
  /** Fires after a value of the config has changed. Absent: nothing follows its changes. */
  onDidChangeConfig?: Event<unknown>;
  serverAddresses(): ServerAddresses;
  /** The token that a service speaks to the server with. */
  serviceToken(service: string): string;
  /** Absent: rolling reload waits only for the old copy's own end of requests within its grace time. */
  inFlight?: InFlightRequests;
  /** Absent: what services with `tty: true` write is in their log alone. */
  terminals?: ServiceTerminals;
  /** Absent: files are not watched. */
  watcher?: FileWatcher;
  /** Absent: this server alone decides what it starts. */
  permit?: StartPermit | undefined;
}
