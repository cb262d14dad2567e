import { homedir } from 'node:os';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { LaunchedProcess, Launcher } from '../host/launcher.ts';
import type { ProcessInfo } from '../host/processTable.ts';
import type { ProcessTrees, TreeKey } from '../host/processTree.ts';
import { chooseShell } from './shellChoice.ts';
import { type OuterTerminal, terminalEnvironment } from './terminalEnvironment.ts';

/** How long what runs in a closed terminal may take to end after SIGHUP, ms; then it is killed. */
const CLOSE_GRACE_MS = 3000;

/** What to open. */
export interface OpenTerminal {
  /** Program and arguments; empty: the user's shell. */
  argv: readonly string[];
  /** Empty: a free shell. */
  service: string;
  /** Absolute; empty: the service's folder, else the home folder. */
  folder: string;
  /** Empty: chosen. */
  name: string;
  cols: number;
  rows: number;
  /**
   * Set when it belongs to the command line, whose own terminal shows it: that one answers what programs ask a terminal,
   * and the shell ends with it.
   */
  commandLine?: OuterTerminal | undefined;
}

/** Where a shell of a service begins. */
export interface ShellPlace {
  folder: string;
  env: Readonly<Record<string, string>>;
  /** Set when the service runs elsewhere: what starts programs there, and the shell of that place. */
  elsewhere?: { launcher: Launcher; shell: readonly string[] };
}

/** A program that was started in a terminal. */
export interface StartedShell {
  program: LaunchedProcess;
  /** It and everything it starts. */
  key: TreeKey;
  argv: readonly string[];
  folder: string;
}

/** Collaborators of {@link ShellPrograms}. */
export interface ShellProgramsOptions {
  launcher: Launcher;
  trees: ProcessTrees;
  clock: Clock;
  logger: Logger;
  /** Environment of a free shell: that of the user's own terminal. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /** Folder and environment of a service, secrets included; rejects with `service.not-found`. */
  servicePlace(service: string): Promise<ShellPlace>;
}

/** The processes behind opened terminals: started in the right place, and ended with all that they started. */
export class ShellPrograms {
  private stopped = false;
  /** Programs that run elsewhere, by the marker of their key: they are no processes of this machine. */
  private readonly elsewhere = new Map<string, LaunchedProcess>();

  constructor(private readonly options: ShellProgramsOptions) {}

  /** Starts what was asked for in a terminal of this size. Rejects with `service.not-found` or `launch.*`. */
  async start(wanted: OpenTerminal, id: string, size: { cols: number; rows: number }): Promise<StartedShell> {
    const { environment, servicePlace, launcher } = this.options;
    const place: ShellPlace =
      wanted.service === '' ? { folder: homedir(), env: await environment() } : await servicePlace(wanted.service);
    const folder = wanted.folder === '' ? place.folder : wanted.folder;
    const marker = `terminal-${id}`;
    const env = { ...terminalEnvironment(place.env, { outer: wanted.commandLine }), MICRO_INSTANCE_ID: marker };
    const { elsewhere } = place;
    const argv = wanted.argv.length > 0 ? wanted.argv : (elsewhere?.shell ?? (await chooseShell(env)));
    const program = await (elsewhere?.launcher ?? launcher).launch({ argv, cwd: folder, env, tty: size });
    const key = { pid: program.pid, startTime: program.startTime, marker };
    if (elsewhere) {
      this.elsewhere.set(marker, program);
      program.onDidExit(() => this.elsewhere.delete(marker));
    }
    if (this.stopped) {
      await this.kill(key);
      throw new MicroError('server.stopping', 'the server is shutting down');
    }
    return { program, key, argv, folder };
  }

  async members(key: TreeKey): Promise<ProcessInfo[]> {
    if (key.pid === 0) return [];
    return this.options.trees.members(key);
  }

  async kill(key: TreeKey): Promise<void> {
    if (key.pid === 0) this.elsewhere.get(key.marker)?.close?.();
    else await this.options.trees.signal(key, 'SIGKILL');
  }

  /** Ends everything in a terminal; resolves when it is gone. `isOver`: the program itself has ended before. */
  async end(key: TreeKey, { name, isOver }: { name: string; isOver: boolean }): Promise<void> {
    const { trees, clock, logger } = this.options;
    if (key.pid === 0) return this.kill(key);
    try {
      if (isOver && (await trees.members(key)).length === 0) return;
      await trees.signal(key, 'SIGHUP');
      const patience = new AbortController();
      const timer = clock.setTimeout(() => patience.abort(new Error('grace time is over')), CLOSE_GRACE_MS);
      await trees.waitGone(key, patience.signal).catch(() => this.kill(key));
      timer.dispose();
    } catch (error) {
      logger.warn('what ran in a terminal could not be ended', { terminal: name, error: errorText(error) });
    }
  }

  /** From now on nothing is started: what is being started at this moment is killed. */
  stop(): void {
    this.stopped = true;
  }
}
