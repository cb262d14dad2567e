import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exitCode.ts';
import type { WorksHere } from './place.ts';

/** One verb of the command line, in a file of its own that is loaded when the verb is used. */
export interface Verb {
  /** Adds arguments, options and examples to the verb's command. */
  configure(command: Command): void;
  /**
   * Does it. `options` are the verb's own, as commander names them. Throws a MicroError for what cannot be done; the exit
   * code it returns is for outcomes that were already told.
   */
  run(context: CliContext, args: readonly string[], options: Record<string, unknown>): Promise<ExitCode>;
}

/** A verb as the help lists it, without its code. */
export interface VerbEntry {
  name: string;
  /** As shown in the usage, e.g. `[names...]`. */
  summary: string;
  group: 'Run' | 'Look' | 'Call' | 'State' | 'Server';
  /** Absent: it works on every environment. Else why it works on this machine alone. */
  works?: WorksHere;
  /** Why it does not work for services in Kubernetes; absent: it does. */
  notInClusters?: string;
  load(): Promise<Verb>;
}
