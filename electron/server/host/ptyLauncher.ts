import { createRequire } from 'node:module';
import { access, constants as fsConstants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IPty } from '@lydell/node-pty';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { checkSizes } from './environmentSize.ts';
import type { LaunchedProcess, Launcher, LaunchSpec } from './launcher.ts';
import { commandNotFound, findOnPath, folderProblem, launchError } from './launchErrors.ts';
import { startTimeNow } from './processIdentity.ts';
import { PtyProcess } from './ptyProcess.ts';
import { resolveWindowsCommand } from './windowsCommand.ts';

/** Terminal that programs are told they run on; xterm.js, which shows their output, is one. */
const TERMINAL_NAME = 'xterm-256color';

/** Size when the spec names none: what programs assume. */
const DEFAULT_SIZE = { cols: 80, rows: 24 };

type Spawn = typeof import('@lydell/node-pty').spawn;

let spawnPty: Spawn | undefined;

/** Loads the native part on first use only: a server without terminals does not need it, nor fail without it. */
function loadPty(): Spawn {
  spawnPty ??= (createRequire(import.meta.url)('@lydell/node-pty') as { spawn: Spawn }).spawn;
  return spawnPty;
}

/** What a {@link PtyLauncher} works with; everything has a sensible default. */
export interface PtyLauncherOptions {
  clock?: Clock;
  platform?: NodeJS.Platform;
  /** Tells the start time of a process where `/proc` does not. */
  startTimeOf?: (pid: number) => Promise<string>;
  /** Makes a pseudo terminal; default: node-pty. */
  spawn?: Spawn;
  /** Whether there is such a file, for the search of a program on Windows. */
  isFile?: (path: string) => Promise<boolean>;
}

/**
 * Starts processes on pseudo terminals, each leader of a session of its own and so of a process group. Output is one
 * stream named `tty`; the whole of it arrives, also from programs that end at once (see {@link PtyProcess}).
 */
export class PtyLauncher implements Launcher {
  private readonly clock: Clock;
  private readonly platform: NodeJS.Platform;

  constructor(private readonly options: PtyLauncherOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.platform = options.platform ?? process.platform;
  }

  async launch(spec: LaunchSpec): Promise<LaunchedProcess> {
    if (!spec.argv[0]) throw new MicroError('launch.failed', 'the command is empty', { next: 'Set `run`.' });
    const env: Record<string, string> = { ...spec.env };
    // Would turn every Electron that the program starts into a plain Node.
    delete env['ELECTRON_RUN_AS_NODE'];
    checkSizes(spec.argv, env, this.platform);
    const folder = await folderProblem(spec.cwd);
    if (folder) throw folder;
    const { file, args } = await this.resolve(spec);
    const { cols, rows } = spec.tty ?? DEFAULT_SIZE;
    let pty: IPty;
    try {
      pty = (this.options.spawn ?? loadPty())(file, args, {
        name: env['TERM'] || TERMINAL_NAME,
        cols,
        rows,
        cwd: spec.cwd,
        env,
        encoding: 'utf8',
      });
    } catch (error) {
      throw await launchError(spec, error);
    }
    const startTime = this.platform === 'linux' ? startTimeNow(pty.pid) : '';
    const launched = new PtyProcess(pty, this.clock, this.platform);
    launched.startTime = startTime || ((await this.options.startTimeOf?.(pty.pid).catch(() => '')) ?? '');
    return launched;
  }

  /**
   * The child only finds out after the fork that there is no such program, prints that to the terminal and exits 1.
   * So it is looked for beforehand, to fail like every other launch.
   */
  private async resolve(spec: LaunchSpec): Promise<{ file: string; args: string[] | string }> {
    const [program = '', ...args] = spec.argv;
    if (this.platform === 'win32') {
      const command = await resolveWindowsCommand(spec.argv, spec.cwd, spec.env, this.options.isFile);
      if (!command) throw commandNotFound(program, spec.env['PATH'] ?? spec.env['Path']);
      return { file: command.file, args: command.verbatim ? command.args.join(' ') : [...command.args] };
    }
    const path = spec.env['PATH'];
    const file = program.includes('/') ? resolve(spec.cwd, program) : await findOnPath(program, path);
    if (!file) throw commandNotFound(program, path);
    try {
      await access(file, fsConstants.X_OK);
    } catch (error) {
      throw await launchError(spec, error);
    }
    return { file: program, args };
  }
}
