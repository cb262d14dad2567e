import type { MicroClient } from '../../shared/client/microClient.ts';
import type { ServerFile } from '../server/index.ts';
import type { LocalTerminal } from './localTerminal.ts';
import type { Output } from './output.ts';

/** Options that every verb takes. */
export interface CommonOptions {
  /** One JSON value (or one per line, for what streams) on stdout instead of text. */
  json: boolean;
  /** No text on stdout beyond what was asked for; errors are still said. */
  quiet: boolean;
  home: string;
}

/** A server that answers, and how to speak with it. */
export interface ServerConnection {
  info: ServerFile;
  client: MicroClient;
}

/** What a verb runs with. */
export interface CliContext extends CommonOptions {
  /** Results. */
  out: Output;
  /** Errors, warnings and progress beside results. */
  err: Output;
  /** Aborts at ctrl-C, SIGTERM, or when nobody reads stdout any more. */
  signal: AbortSignal;
  /** Folder that relative paths are relative to. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The terminal that this runs in; undefined when input or output is a pipe or a file. */
  terminal: LocalTerminal | undefined;
  /** Words after `--`, undefined when there was none. */
  rest: readonly string[] | undefined;
  /** The running server of this MICRO_HOME; `server.not-running` when there is none. */
  connect(): Promise<ServerConnection>;
  /** Text for people: nothing with --json or --quiet. */
  say(text: string): void;
}
