import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { MicroError } from '../../../shared/contract/errors.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { Emitter, type Event } from '../base/event.ts';
import { createArrivalClock } from './arrivalClock.ts';
import { checkSizes } from './environmentSize.ts';
import type { ExitStatus, LaunchedProcess, Launcher, LaunchSpec, OutputChunk } from './launcher.ts';
import { commandNotFound, launchError } from './launchErrors.ts';
import { startTimeNow } from './processIdentity.ts';
import { resolveWindowsCommand, type WindowsCommand } from './windowsCommand.ts';

/**
 * How long, in ms, the outputs of an ended leader must be silent before its end is told although somebody still holds
 * them open. What the leader itself wrote lies in the pipe and is read within a turn or two of the event loop; a longer
 * wait only delays the news of the exit.
 */
const DRAIN_QUIET_MS = 50;

/** After this many ms the end is told even if a survivor never stops writing. Bounds the delay of `onDidExit`. */
const DRAIN_MAX_MS = 1_000;

/** What a {@link ChildLauncher} works with; everything has a sensible default. */
export interface ChildLauncherOptions {
  clock?: Clock;
  platform?: NodeJS.Platform;
  /** Tells the start time of a process where `/proc` does not. */
  startTimeOf?: (pid: number) => Promise<string>;
}

/**
 * Starts processes on pipes, each leader of its own process group, without a shell, standard input empty.
 * Nothing is read from a process before somebody listens to it, so a listener added after an await misses nothing.
 */
export class ChildLauncher implements Launcher {
  private readonly clock: Clock;
  private readonly platform: NodeJS.Platform;

  constructor(private readonly options: ChildLauncherOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.platform = options.platform ?? process.platform;
  }

  async launch(spec: LaunchSpec): Promise<LaunchedProcess> {
    if (!spec.argv[0]) throw new MicroError('launch.failed', 'the command is empty', { next: 'Set `run`.' });
    checkSizes(spec.argv, spec.env, this.platform);
    const command = await this.resolve(spec);
    let child: ChildProcess;
    try {
      child = spawn(command.file, [...command.args], {
        cwd: spec.cwd,
        env: spec.env as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: this.platform !== 'win32',
        windowsHide: true,
        windowsVerbatimArguments: command.verbatim,
      });
    } catch (error) {
      throw await launchError(spec, error);
    }
    if (child.pid === undefined) {
      const error = await new Promise<unknown>((resolve) => child.once('error', resolve));
      throw await launchError(spec, error);
    }
    const launched = new ChildProcessHandle(child, child.pid, this.clock);
    launched.startTime = this.platform === 'linux' ? startTimeNow(child.pid) : await this.startTimeOf(child.pid);
    return launched;
  }

  private async startTimeOf(pid: number): Promise<string> {
    return (await this.options.startTimeOf?.(pid).catch(() => '')) ?? '';
  }

  private async resolve(spec: LaunchSpec): Promise<WindowsCommand> {
    const [file = '', ...args] = spec.argv;
    if (this.platform !== 'win32') return { file, args, verbatim: false };
    const command = await resolveWindowsCommand(spec.argv, spec.cwd, spec.env);
    if (!command) throw commandNotFound(file, spec.env['PATH'] ?? spec.env['Path']);
    return command;
  }
}

class ChildProcessHandle implements LaunchedProcess {
  startTime = '';
  exit: ExitStatus | undefined;
  private readonly output = new Emitter<OutputChunk>();
  private readonly ended = new Emitter<ExitStatus>();
  private readonly now: () => number;
  private readonly streams: Readable[];
  private status: ExitStatus | undefined;
  /** Somebody listens. */
  private reading = false;
  /** The outputs are being read. */
  private attached = false;
  private paused = false;
  private open: number;
  private lastDataMs = 0;
  private exitedAtMs = 0;

  constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    private readonly clock: Clock,
  ) {
    this.now = createArrivalClock(clock);
    this.streams = [child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null);
    this.open = this.streams.length;
    // A failed signal or a broken pipe must never end the server; the exit tells the story.
    child.on('error', () => {});
    child.once('exit', (code, signal) => {
      this.status = { code, signal };
      this.exitedAtMs = this.clock.monotonic();
      this.keepHeldBack();
      this.settle();
    });
    for (const stream of this.streams) stream.pause();
  }

  readonly onDidOutput: Event<OutputChunk> = (listener) => {
    const subscription = this.output.event(listener);
    this.startReading();
    return subscription;
  };

  readonly onDidExit: Event<ExitStatus> = (listener) => {
    const subscription = this.ended.event(listener);
    this.startReading();
    return subscription;
  };

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    for (const stream of this.streams) stream.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.lastDataMs = this.clock.monotonic();
    if (this.attached) for (const stream of this.streams) stream.resume();
    this.settle();
  }

  readonly unwritten = 0;

  write(): void {}

  resize(): void {}

  /**
   * When a child ends, Node makes its outputs flow, listened to or paused or not: what nobody hears yet would be lost.
   * It does so in the tick after the `exit` event; the one after that is in time to stop it, before any data is emitted.
   */
  private keepHeldBack(): void {
    process.nextTick(() =>
      process.nextTick(() => {
        if (this.paused || !this.attached) for (const stream of this.streams) stream.pause();
      }),
    );
  }

  private startReading(): void {
    if (this.reading) return;
    this.reading = true;
    // In the next turn, so that listeners which are added together all hear the first chunk.
    setImmediate(() => {
      this.attach(this.child.stdout, 'stdout');
      this.attach(this.child.stderr, 'stderr');
      this.attached = true;
      if (!this.paused) for (const stream of this.streams) stream.resume();
      this.settle();
    });
  }

  private attach(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    if (!stream) return;
    stream.on('error', () => {});
    stream.on('close', () => {
      this.open--;
      this.settle();
    });
    stream.on('data', (data: Buffer) => {
      this.lastDataMs = this.clock.monotonic();
      this.output.fire({ stream: name, data, timeUs: this.now() });
    });
  }

  /** Tells the end as soon as the leader has ended and its outputs are read, or are silent and held by a survivor. */
  private settle(): void {
    if (!this.status || this.exit || !this.attached) return;
    if (this.open === 0) {
      this.tellExit(this.status);
      return;
    }
    if (this.paused) return;
    this.waitForSilence(this.status);
  }

  private waiting = false;

  private waitForSilence(status: ExitStatus): void {
    if (this.waiting) return;
    this.waiting = true;
    this.clock.setTimeout(() => {
      // One pass of the event loop's reading comes between timers and immediates: what lies in the pipe arrives first.
      setImmediate(() => {
        this.waiting = false;
        if (this.exit || this.paused) return;
        const now = this.clock.monotonic();
        const silentMs = now - Math.max(this.lastDataMs, this.exitedAtMs);
        if (silentMs >= DRAIN_QUIET_MS || now - this.exitedAtMs >= DRAIN_MAX_MS) this.tellExit(status);
        else this.waitForSilence(status);
      });
    }, DRAIN_QUIET_MS);
  }

  private tellExit(status: ExitStatus): void {
    if (this.exit) return;
    this.exit = status;
    // Survivors may still write and are still heard, but they do not keep the server from ending.
    for (const stream of this.streams) (stream as { unref?: () => void }).unref?.();
    this.ended.fire(status);
  }
}
