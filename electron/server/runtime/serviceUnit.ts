import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import type { Event } from '../base/event.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { StopRequest } from './stopRequest.ts';

/** How a dependency stands to what somebody needs of it. */
export type ConditionState =
  | { state: 'met' }
  /** Not yet; `text` says how far it is, e.g. `starting`. `hopeless`: nothing is on the way to change that. */
  | { state: 'wait'; text: string; hopeless: boolean }
  /** It failed for good; `text` names it: `db exited 3`. */
  | { state: 'blocked'; text: string };

/** How the copies of a service stand. */
export interface Copies {
  wanted: number;
  ready: number;
  /** Not wanted any more, but not gone yet. */
  leaving: number;
  /** One of them does not come up. */
  failed: boolean;
}

/** What is different for one run. */
export interface RunOverrides {
  /** Added to the arguments of its command. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  port?: number | 'auto';
  /** With the debugger of its runtime open. */
  debug?: boolean;
}

/** One service as the runtime drives it, whatever stands behind it. */
export interface ServiceUnit {
  readonly spec: ServiceSpec;
  /** Whether the user wants it to run. */
  readonly wanted: boolean;
  readonly onDidChange: Event<void>;
  /** Its state as a message of the contract. */
  message(): Service;
  condition(condition: DependencyCondition): ConditionState;
  /** Nothing of it runs and nothing is on its way. */
  readonly isResting: boolean;
  /** Automatic attempts since it was last started by hand. */
  readonly attempts: number;
  start(cause: string, overrides?: RunOverrides): void;
  /** Takes up what it was wanted to do before the server was started again. Absent: it starts. */
  resume?(cause: string): void;
  /** Resolves when everything of it is gone, or could not be ended. */
  stop(request: StopRequest): Promise<void>;
  /** Resolves when a new run is on its way, or with why the old one goes on: its build failed. */
  restart(cause: string, overrides?: RunOverrides): Promise<string | undefined>;
  /** As `restart`, but where `reload: rolling` is declared each copy serves until its successor does. Absent: it restarts. */
  renew?(cause: string): Promise<string | undefined>;
  /**
   * Values of the config that it was started with are others now: acts as its declaration says. `why` is for people:
   * `config shop.currency changed`.
   */
  followConfig(why: string): void;
  /** It could not be started for want of a value of the config. */
  readonly lacksConfig: boolean;
  /** Takes a changed declaration; restarts what has to be. */
  update(spec: ServiceSpec): void;
  /** Changes how many copies run, while the others go on. Throws `api.invalid` when it cannot have so many. */
  scale(count: number): void;
  readonly copies: Copies;
  /** Goes back to an earlier version; absent where none are kept. Resolves when that one serves, or does not get there. */
  rollBack?(version: number | undefined): Promise<void>;
  /** Its files may have changed since a time (ms) while nobody watched them: what did is said once they are watched. */
  sayMissedChanges(since: number): void;
  /** Stops and resumes hot reload; false when no files of it are watched anyway. */
  pauseReload(paused: boolean): boolean;
  /** Why a change of a file (absolute) does or does not reload it. */
  explainFile(path: string): Promise<{ counts: boolean; why: string }>;
  /** The process trees of all live instances. */
  trees(): TreeKey[];
  dispose(): void;
}

/** The reason of a failed dependency as part of `blocked: …`. */
export function blockedText(name: string, reason: string): string {
  if (reason.startsWith('blocked: ')) return reason.slice('blocked: '.length);
  const exit = /^exit (\d+)/.exec(reason);
  if (exit) return `${name} exited ${exit[1]}`;
  return /^(ended|killed|keeps|failed|was|is) /.test(reason)
    ? `${name} ${reason.replace(/^(ended|killed) /, 'was $1 ')}`
    : `${name}: ${reason}`;
}
