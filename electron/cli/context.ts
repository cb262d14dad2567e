import type { AskDestruction } from '../../shared/client/destruction.ts';
import type { MicroClient } from '../../shared/client/microClient.ts';
import type { LocalTerminal } from './localTerminal.ts';
import type { Output } from './output.ts';
import type { Place } from './place.ts';
import type { ServerAccess } from './serverClient.ts';

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
  info: ServerAccess;
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
  /** Where it works. */
  place: Place;
  /** Of the place: where state is read and written unless an option says otherwise. */
  namespace: string;
  /** Asks before something is ended or deleted there; the client of {@link connect} does so by itself. Undefined on `local`. */
  confirm: AskDestruction | undefined;
  /** The same for another place. */
  confirmAt(place: Place): AskDestruction | undefined;
  /** The running server of this place; `server.not-running` when there is none. */
  connect(): Promise<ServerConnection>;
  /** Text for people: nothing with --json or --quiet. */
  say(text: string): void;
}
