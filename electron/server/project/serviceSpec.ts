import type { DependencyCondition } from '../../../shared/contract/manifest.ts';

/** A program and how it was written. */
export interface CommandSpec {
  /** As written, for people. */
  text: string;
  /** What is started: a program and its arguments, or the system's shell with the line. */
  argv: readonly string[];
  /** The line uses something that only a shell understands, so argv starts a shell. */
  shell: boolean;
}

/** What proves readiness; times in ms. */
export interface ReadySpec {
  /** `quiet`: nothing was declared; ready when it listens, or when it lives and has nothing to do any more. */
  by: 'tcp' | 'http' | 'log' | 'exec' | 'after' | 'quiet';
  /** tcp: a port other than its own. */
  port?: number;
  /** http: a path or a URL. */
  http?: string;
  /** log: text, or `/pattern/flags`. */
  log?: string;
  exec?: CommandSpec;
  afterMs?: number;
  intervalMs?: number;
  timeoutMs: number;
  /** Not ready in this time is a failed start. */
  withinMs?: number;
}

/** What is checked while the service runs; times in ms. */
export interface LiveSpec {
  by: 'tcp' | 'http' | 'exec';
  port?: number;
  http?: string;
  exec?: CommandSpec;
  intervalMs: number;
  timeoutMs: number;
  failures: number;
}

/** When files reload the service. */
export interface WatchSpec {
  /** Patterns relative to the service's folder; empty: everything. */
  include: readonly string[];
  ignore: readonly string[];
  /** Quiet time after the last of several changes, ms. */
  debounceMs: number;
  /** Nothing was chosen: a single changed file is acted on almost at once. */
  adaptive: boolean;
}

/** How a service is brought back when it ends by itself; times in ms. */
export interface RestartSpec {
  policy: 'always' | 'on-failure' | 'never';
  maxPerMinute: number;
  maxInRow: number;
  delayMs: number;
  maxDelayMs: number;
}

/** How a service is stopped. */
export interface StopSpec {
  signal: NodeJS.Signals;
  graceMs: number;
  command?: CommandSpec;
}

/** The container image of a service. */
export interface ImageSpec {
  name: string;
  /** Absent: what the image itself starts. */
  command?: CommandSpec;
}

/** Amounts as Kubernetes writes them: cpu `250m`, memory `128Mi`. */
export interface ResourceAmounts {
  cpu?: string;
  memory?: string;
}

/** What a copy of a service may use in a container. */
export interface ResourcesSpec {
  requests?: ResourceAmounts;
  limits?: ResourceAmounts;
}

/** Runs of a task by the clock. */
export type ScheduleSpec = { everyMs: number } | { cron: string; timezone?: string };

/** A service that has to be there first. */
export interface DependencySpec {
  service: string;
  condition: DependencyCondition;
}

/** One service with every default filled in; what the runtime works with. Paths are absolute. */
export interface ServiceSpec {
  name: string;
  /** Name of the project, empty for an added service. */
  project: string;
  projectFolder: string;
  kind: 'service' | 'task' | 'external';
  start: 'auto' | 'manual' | 'disabled';
  folder: string;
  command: CommandSpec | undefined;
  build: CommandSpec | undefined;
  /** `maybe`: nothing was said about a port; one is offered as PORT, and it is no fault not to use it. */
  port: number | 'auto' | 'none' | 'maybe';
  /** External services: where they are. */
  address: string | undefined;
  projectEnv: Readonly<Record<string, string | null>>;
  projectEnvFiles: readonly string[];
  env: Readonly<Record<string, string | null>>;
  envFiles: readonly string[];
  /** Names that the env files set when they were last looked at, which win over the project's; absent: none. */
  fileVariables?: readonly string[];
  dependsOn: readonly DependencySpec[];
  ready: ReadySpec;
  live: LiveSpec | undefined;
  watch: WatchSpec | undefined;
  reload: 'rolling' | 'restart' | 'none';
  /** What happens when the config has another value than its environment was made with. */
  onConfigChange: 'restart' | 'none' | NodeJS.Signals;
  cascade: boolean;
  restart: RestartSpec;
  stop: StopSpec;
  replicas: number;
  /** Another server of the environment may run it when this one is gone. */
  move: boolean;
  /** Given in micro.yaml; absent: built from the folder where containers run. */
  image?: ImageSpec;
  resources?: ResourcesSpec;
  tty: boolean;
  schedule: ScheduleSpec | undefined;
  successExitCodes: readonly number[];
  version: string;
  /** Short mark of the language, empty when unknown. */
  language: string;
  labels: readonly string[];
  /** file:line of micro.yaml, empty for an added service. */
  declaredAt: string;
  /** The service stands in a circle of dependencies and cannot start: `x → y → z → x`. */
  cycle: string | undefined;
}

/**
 * Whether a running service has to be started anew to follow its declaration: everything but what only describes it or
 * is looked at later anyway.
 */
export function needsRestart(before: ServiceSpec, after: ServiceSpec): boolean {
  return runKey(before) !== runKey(after);
}

function runKey(spec: ServiceSpec): string {
  const {
    declaredAt,
    fileVariables,
    labels,
    start,
    watch,
    reload,
    onConfigChange,
    cascade,
    restart,
    replicas,
    move,
    dependsOn,
    schedule,
    language,
    cycle,
    image,
    resources,
    ...rest
  } = spec;
  return JSON.stringify(rest);
}
