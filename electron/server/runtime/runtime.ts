import type { ActionEvent, PortClash } from '../../../shared/contract/gen/actions_pb.ts';
import type { GraphResponse } from '../../../shared/contract/gen/graph_pb.ts';
import type { EnvironmentResponse, Run } from '../../../shared/contract/gen/service_details_pb.ts';
import type { Notice, Project, Service } from '../../../shared/contract/gen/state_pb.ts';
import type { Event } from '../base/event.ts';
import type { Launcher } from '../host/launcher.ts';
import type { TreeKey } from '../host/processTree.ts';

/** Names of what changed since the last event; read the new state with {@link Runtime.service} and {@link Runtime.projects}. */
export interface RuntimeChange {
  services: ReadonlySet<string>;
  removedServices: ReadonlySet<string>;
  /** Set when the list of projects, or one of them, changed. */
  projects: boolean;
  notices: readonly Notice[];
}

/** Hears what an action does while it does it. The last event of each service has `done` set. */
export type ActionListener = (event: ActionEvent) => void;

/** A service that is in no micro.yaml. */
export interface AdHocService {
  /** Chosen from the folder or the program when absent. */
  name?: string;
  folder: string;
  /** Program and arguments; absent: what the folder's own files say. */
  argv?: readonly string[];
  env?: Readonly<Record<string, string>>;
  port?: number;
  kind?: 'service' | 'task';
}

/** Where a shell of a service begins. */
export interface ServicePlace {
  folder: string;
  env: Record<string, string>;
  /** Set when the service runs elsewhere: what starts programs there, and the shell of that place. */
  elsewhere?: { launcher: Launcher; shell: readonly string[] };
}

/**
 * What starts and stops services. Every method that takes names rejects with `service.not-found` for an unknown one
 * before it does anything. Actions resolve when each service reached the wanted status or failed; the truth is in the
 * events, not in the request.
 */
export interface Runtime {
  readonly onDidChange: Event<RuntimeChange>;
  services(): Service[];
  service(name: string): Service | undefined;
  projects(): Project[];
  notices(): Notice[];

  /** Opens a folder with a micro.yaml (or discovers), watches the manifest, and keeps it open over restarts. */
  openProject(folder: string): Promise<{ project: Project; services: string[] }>;
  closeProject(name: string, listener: ActionListener): Promise<void>;
  addService(service: AdHocService): Promise<Service>;
  removeService(name: string): Promise<void>;

  start(
    names: readonly string[],
    options: {
      withDependencies: boolean;
      /** For this run only: further arguments, and variables. With them a service that runs is started anew. */
      args?: readonly string[];
      env?: Readonly<Record<string, string>>;
      port?: number | 'auto';
      /** First end what holds their fixed ports. */
      freePorts?: boolean;
    },
    listener: ActionListener,
    signal: AbortSignal,
  ): Promise<void>;
  stop(
    names: readonly string[],
    options: { force: boolean; withDependents: boolean },
    listener: ActionListener,
  ): Promise<void>;
  /** `rolling`: those that declare `reload: rolling` are replaced copy by copy instead of being stopped first. */
  restart(
    names: readonly string[],
    listener: ActionListener,
    signal: AbortSignal,
    options?: { rolling: boolean },
  ): Promise<void>;
  /** Starts a service anew with the debugger of its runtime open. Rejects with `debug.*` when that cannot be. */
  debug(name: string, listener: ActionListener, signal: AbortSignal): Promise<void>;
  /**
   * Changes how many copies of a service run, until micro.yaml asks for another number or the server ends. Rejects with
   * `api.invalid` when it cannot have so many.
   */
  scale(name: string, count: number, listener: ActionListener, signal: AbortSignal): Promise<void>;
  /**
   * Goes back to an earlier version of a service; undefined: the one before. Rejects with `runtime.no-version`, or with
   * `runtime.unsupported` where none are kept.
   */
  rollBack(name: string, version: number | undefined, listener: ActionListener, signal: AbortSignal): Promise<void>;
  /** Stops hot reload of services, or resumes it. Returns those of them whose files are watched. */
  pauseReload(names: readonly string[], paused: boolean): string[];
  /** Whether and why a change of a file (absolute path) reloads a service. */
  explainFile(name: string, path: string): Promise<{ counts: boolean; why: string }>;

  environment(name: string, reveal: boolean): Promise<EnvironmentResponse>;
  /** Where a shell of a service begins: its folder and its environment as it is now, secrets included. */
  place(name: string): Promise<ServicePlace>;
  runs(name: string, limit: number): Promise<Run[]>;
  graph(): GraphResponse;
  /** Another number when the graph may have changed. */
  readonly graphRevision: number;

  /** Nothing runs here, is on its way, or is going to be run by its schedule. */
  readonly isIdle: boolean;
  /** The process trees of all live instances, for measuring them. */
  instanceTrees(): { service: string; key: TreeKey }[];
  /** What "start everything" starts (of one project, when given): neither disabled nor to be started by hand only. */
  defaultServices(project?: string): string[];
  /** What a start with dependencies would start besides `names`, each with the service that needs it. */
  plan(names: readonly string[]): { service: string; neededBy: string }[];
  /** What runs and needs `names`, each with the service that it needs. */
  planStop(names: readonly string[]): { service: string; needs: string }[];
  /** Fixed ports of services that do not run, and who holds them now. */
  portClashes(names: readonly string[]): Promise<PortClash[]>;

  /** Takes a process that somebody else started for a service. `pid` 0: whoever listens on the port. */
  attach(name: string, place: { port: number; pid: number; instance: string; folder: string }): Promise<Service>;
  /** Lets go of it. */
  detach(name: string): Promise<void>;
  /** The variables and the port for a process that is to be attached once it is started. */
  join(name: string, folder: string): Promise<{ instance: string; port: number; env: Record<string, string> }>;

  /** Deals with leftovers of an earlier server, then brings back what was wanted; the listener goes on to hear how it comes up. */
  recover(listener: ActionListener, signal: AbortSignal): Promise<void>;
  /** Stops everything in reverse order; what was running is wanted again at the next start. */
  shutdown(listener: ActionListener): Promise<void>;
}
