import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { withLogFile } from './atStart.ts';
import type { ServerCommand } from './serverCommand.ts';
import type { MainLog } from './mainLog.ts';

/** Size of the part of the server's log that is looked at for the reason of its end. */
const REASON_BYTES = 2_000;

/** What a {@link ServerProcess} works with. */
export interface ServerProcessOptions {
  /** MICRO_HOME, absolute. */
  home: string;
  command: ServerCommand;
  /** Words after `server`. */
  serverArgs: string[];
  /** File that the server's own messages go to. */
  logFile: string;
  log: MainLog;
  /** The process is gone; `how` goes on after "the server is gone: ". */
  handleEnd: (pid: number | undefined, how: string) => void;
}

/** The server as a child of the app that can outlive it. One at a time. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private endedHow: string | undefined;

  constructor(private readonly options: ServerProcessOptions) {}

  /** Pid of the child, or undefined while there is none. */
  get pid(): number | undefined {
    return this.endedHow === undefined ? this.child?.pid : undefined;
  }

  /** How the last child ended, or undefined while it runs. */
  get end(): string | undefined {
    return this.endedHow;
  }

  /** Starts a child, unless one runs. */
  start(): void {
    if (this.child && this.endedHow === undefined) return;
    const { command, home, serverArgs, logFile, log } = this.options;
    const args = [...command.args, 'server', '--home', home, ...serverArgs];
    log.info(`starting the server: ${command.file} ${args.join(' ')}`);
    // Detached and with a file for its output: it must be able to go on when the app ends and its services stay.
    const child = withLogFile(logFile, (output) =>
      spawn(command.file, args, {
        env: { ...command.env, MICRO_HOME: home },
        stdio: ['ignore', output, output],
        detached: true,
        windowsHide: true,
      }),
    );
    this.child = child;
    this.endedHow = undefined;
    child.on('error', (error) => this.handleEnd(child, `it cannot be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      this.handleEnd(child, signal ? `it was ended by ${signal}` : `it ended with code ${code}`),
    );
  }

  /** How the child ended, with the last line that it wrote: usually the reason. */
  async describeEnd(): Promise<string> {
    const text = await readFile(this.options.logFile, 'utf8').catch(() => '');
    const line = text.slice(-REASON_BYTES).trimEnd().split('\n').at(-1)?.trim();
    return `the server did not start: ${this.endedHow}${line ? ` (${line})` : ''}`;
  }

  private handleEnd(child: ChildProcess, how: string): void {
    if (this.child !== child || this.endedHow !== undefined) return;
    this.endedHow = how;
    this.options.log.warn(`the server (pid ${child.pid}) is gone: ${how}`);
    this.options.handleEnd(child.pid, how);
  }
}
