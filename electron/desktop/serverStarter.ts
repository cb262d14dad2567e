import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ServerState } from '../../shared/contract/bridge.ts';
import { findServer } from '../server/findServer.ts';
import type { ServerFile } from '../server/serverFile.ts';
import { isThere } from './atStart.ts';
import type { JsonFile } from './jsonFile.ts';
import type { MainLog } from './mainLog.ts';
import type { ServerCommand } from './serverCommand.ts';
import { ServerProcess } from './serverProcess.ts';

/** How often the app looks whether the server that it found is there. It is one small file and one question to the system. */
const LOOK_MS = 1_000;
/** The same for one that it started, whose end the system tells: only one that was replaced is found by looking. */
const LOOK_AT_OWN_MS = 15_000;
/** The same while a start is under way, where somebody waits. */
const LOOK_WHILE_STARTING_MS = 10;
/** A server listens within a second; a machine in trouble may take this long. */
const START_TIMEOUT_MS = 30_000;
/** Waits before the 1st, 2nd, … new start; after the last one the app gives up and asks the user. */
const RESTART_DELAYS_MS = [0, 500, 1_000, 2_000, 5_000];
/** A server that lived this long had no trouble starting, so its end begins a new count. */
const HEALTHY_MS = 60_000;
export const startedServerSchema = z.object({ pid: z.number(), startTime: z.string() });

/** The server that this app started last, by which a later start knows it for its own. */
export type StartedServer = z.infer<typeof startedServerSchema>;

/** What {@link ServerStarter} works with. */
export interface ServerStarterOptions {
  home: string;
  /** Remembers the server that was started, beyond the end of the app. */
  startedFile: JsonFile<StartedServer>;
  command: ServerCommand;
  /** Words after `server`, e.g. ports that were asked for. */
  serverArgs: string[];
  log: MainLog;
  handleState: (state: ServerState) => void;
}

/**
 * Keeps one server there for the app: finds the one that runs for this MICRO_HOME or starts one as its own child, looks
 * after it, and starts another when it ends. After several ends in a row it gives up until {@link retry}.
 */
export class ServerStarter {
  private current: ServerState = { status: 'starting' };
  private readonly process: ServerProcess;
  private server: ServerFile | undefined;
  private own = false;
  private attempt = 0;
  private readyAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;
  private noting: Promise<void> = Promise.resolve();
  /** Grows with each start; what an older one still awaits is void. */
  private round = 0;

  constructor(private readonly options: ServerStarterOptions) {
    const { home, command, serverArgs, log } = options;
    this.process = new ServerProcess({
      home,
      command,
      serverArgs,
      logFile: this.logFile,
      log,
      handleEnd: (pid, how) => {
        if (this.current.status === 'ready' && this.server?.pid === pid) this.handleEnd(`the server is gone: ${how}`);
      },
    });
  }

  get state(): ServerState {
    return this.current;
  }

  /** The server in use, or undefined. */
  get connection(): ServerFile | undefined {
    return this.current.status === 'ready' ? this.server : undefined;
  }

  /** Whether the server in use was started by this app, now or before it was quit with services kept running. */
  get isOwn(): boolean {
    return this.server !== undefined && this.own;
  }

  /** File that the server's own messages go to. */
  get logFile(): string {
    return join(this.options.home, 'logs', 'server.log');
  }

  /** Begins to find or start the server. */
  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.begin();
  }

  /** Ends looking after the server; the server itself is left alone. */
  stop(): void {
    this.stopped = true;
    this.round += 1;
    clearTimeout(this.timer);
  }

  /** Resolves when it is on disk which server is ours: a later start of the app goes by it. */
  noted(): Promise<void> {
    return this.noting;
  }

  /** Starts over after the app gave up, or now instead of after the wait. */
  retry(): void {
    if (this.stopped || this.current.status === 'ready') return;
    this.attempt = 0;
    this.set({ status: 'starting' });
    this.begin();
  }

  private begin(): void {
    clearTimeout(this.timer);
    this.round += 1;
    const round = this.round;
    this.findOrStart(round).catch((error: unknown) => {
      if (this.isCurrent(round)) this.handleEnd(error instanceof Error ? error.message : String(error));
    });
  }

  private async findOrStart(round: number): Promise<void> {
    // Nothing is waited for where no server can be: the app's own start, which comes next, is long and gives way to nothing.
    if (isThere(join(this.options.home, 'server.json'))) {
      const running = await findServer(this.options.home);
      if (!this.isCurrent(round)) return;
      if (running) {
        await this.useServer(running, round);
        return;
      }
    }
    this.process.start();
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (this.isCurrent(round)) {
      const server = await findServer(this.options.home);
      if (!this.isCurrent(round)) return;
      if (server) {
        await this.useServer(server, round);
        return;
      }
      if (this.process.end !== undefined) throw new Error(await this.process.describeEnd());
      if (Date.now() > deadline) throw new Error(`the server did not listen within ${START_TIMEOUT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_WHILE_STARTING_MS));
    }
  }

  private async useServer(server: ServerFile, round: number): Promise<void> {
    const { startedFile, log } = this.options;
    const isChild = this.process.pid === server.pid;
    const started = isChild ? undefined : await startedFile.read();
    if (!this.isCurrent(round)) return;
    if (isChild) {
      const { pid, startTime } = server;
      this.noting = startedFile
        .write({ pid, startTime })
        .catch((error: unknown) => log.error('the started server was not noted', error));
    }
    this.server = server;
    this.own = isChild || (started?.pid === server.pid && started.startTime === server.startTime);
    this.readyAt = Date.now();
    log.info(`using the server of pid ${server.pid} at ${server.proxy}${isChild ? '' : ', found running'}`);
    this.set({ status: 'ready', connection: { url: server.proxy, token: server.token } });
    this.watch(server, round);
  }

  private watch(server: ServerFile, round: number): void {
    this.timer = setTimeout(
      () => {
        findServer(this.options.home).then(
          (found) => {
            if (!this.isCurrent(round) || this.current.status !== 'ready') return;
            if (found?.pid === server.pid && found.startTime === server.startTime && found.token === server.token) {
              this.watch(server, round);
            } else if (found) void this.useServer(found, round);
            else this.handleEnd('the server is gone');
          },
          () => {
            if (this.isCurrent(round)) this.watch(server, round);
          },
        );
      },
      server.pid === this.process.pid ? LOOK_AT_OWN_MS : LOOK_MS,
    );
  }

  private handleEnd(reason: string): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.round += 1;
    const round = this.round;
    this.server = undefined;
    if (this.readyAt > 0 && Date.now() - this.readyAt > HEALTHY_MS) this.attempt = 0;
    this.readyAt = 0;
    const delay = RESTART_DELAYS_MS[this.attempt];
    this.attempt += 1;
    if (delay === undefined) {
      this.options.log.error(`giving up on the server: ${reason}`);
      this.set({ status: 'failed', reason, logFile: this.logFile });
      return;
    }
    this.options.log.warn(`${reason}; starting it again in ${delay} ms (attempt ${this.attempt})`);
    this.set({ status: 'restarting', reason, attempt: this.attempt });
    this.timer = setTimeout(() => {
      if (this.isCurrent(round)) this.begin();
    }, delay);
  }

  private isCurrent(round: number): boolean {
    return !this.stopped && this.round === round;
  }

  private set(state: ServerState): void {
    this.current = state;
    this.options.handleState(state);
  }
}
