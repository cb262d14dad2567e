import { close, constants as fsConstants, openSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import type { Socket } from 'node:net';
import type { IPty } from '@lydell/node-pty';
import type { Clock } from '../base/clock.ts';
import { Emitter, type Event } from '../base/event.ts';
import { createArrivalClock } from './arrivalClock.ts';
import { DrainMark } from './drainMark.ts';
import type { ExitStatus, LaunchedProcess, OutputChunk } from './launcher.ts';

/**
 * How long, in ms, the terminal must be silent after the end of the leader before its output counts as read, where no
 * mark could be written behind it. The kernel mostly hands over what was written within a few ms.
 */
const UNMARKED_SILENCE_MS = 15;

/** The end is told after a silence of this many ms although the mark was not seen, as when somebody stopped the terminal (ctrl-S). */
const MARKED_SILENCE_MS = 1_000;

/** The end is told after this many ms even if survivors never stop writing. Bounds the delay of `onDidExit`. */
const DRAIN_MAX_MS = 10_000;

/** How often it is looked whether one of these is over, ms. */
const LOOK_MS = 15;

/** The parts of node-pty 1.1.0 on Unix that are not in its types. `_pty` is the path of the terminal's slave side. */
interface UnixPty extends IPty {
  _pty: string;
  _socket: Socket;
  once(event: string, listener: () => void): void;
}

/**
 * A process on a pseudo terminal.
 *
 * Fault: on Linux node-pty loses the last output of a program that ends quickly (5 to 10 % of fast runs): the hang-up
 * of the terminal is taken for the end of the data; and 200 ms after the exit it destroys the socket, read or not,
 * which also cuts off a reader that has paused and every survivor.
 * Trick: this side holds the slave open, so that there is no hang-up, until the leader is reaped and a mark that was then
 * written behind its output has come back ({@link DrainMark}); the timed destroy is swallowed. node-pty registers for `close`
 * of the socket at the moment it has reaped the child, which is how that moment is learnt without polling.
 * Limit: uses private fields, so the version is pinned and tests prove that nothing is lost. The last words of survivors
 * may still be lost.
 */
export class PtyProcess implements LaunchedProcess {
  startTime = '';
  exit: ExitStatus | undefined;
  readonly pid: number;
  private readonly output = new Emitter<OutputChunk>();
  private readonly ended = new Emitter<ExitStatus>();
  private readonly now: () => number;
  private heldSlave: number | undefined;
  /** Makes node-pty tell the exit status; set once the leader is reaped. */
  private tellStatus: (() => void) | undefined;
  private reapedAtMs = 0;
  private lastDataMs = 0;
  private listened = false;
  private reading = false;
  private paused = false;
  private waiting = false;
  /** Comes after everything that was written before the leader was reaped; undefined before that, or if it cannot be written. */
  private mark: DrainMark | undefined;

  constructor(
    private readonly pty: IPty,
    private readonly clock: Clock,
    platform: NodeJS.Platform,
  ) {
    this.pid = pty.pid;
    this.now = createArrivalClock(clock);
    const encoding = platform === 'win32' ? 'utf8' : 'latin1';
    if (platform !== 'win32') this.holdOpen(pty as UnixPty);
    pty.pause();
    pty.onData((text) => {
      this.lastDataMs = this.clock.monotonic();
      this.tell(this.mark ? this.mark.take(text) : text, encoding);
      if (this.mark?.isSeen && !this.exit) this.tellStatus?.();
    });
    pty.onExit(({ exitCode, signal }) => {
      if (this.exit) return;
      this.tell(this.mark?.rest() ?? '', encoding);
      this.exit = signal ? { code: null, signal: signalName(signal) } : { code: exitCode, signal: null };
      this.letGo();
      this.ended.fire(this.exit);
    });
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
    this.paused = true;
    this.pty.pause();
  }

  resume(): void {
    this.paused = false;
    this.lastDataMs = this.clock.monotonic();
    if (this.reading) this.pty.resume();
    this.waitForSilence();
  }

  write(data: string | Uint8Array): void {
    if (this.exit) return;
    // The socket below takes bytes as well; only the declared type does not.
    this.pty.write(data as string);
  }

  get unwritten(): number {
    return (this.pty as Partial<UnixPty>)._socket?.writableLength ?? 0;
  }

  resize(cols: number, rows: number): void {
    if (this.exit || this.tellStatus) return;
    try {
      this.pty.resize(Math.max(1, Math.floor(cols)), Math.max(1, Math.floor(rows)));
    } catch {
      // The terminal is going away at this very moment; a size means nothing to it any more.
    }
  }

  private tell(text: string, encoding: BufferEncoding): void {
    if (text !== '') this.output.fire({ stream: 'tty', data: Buffer.from(text, encoding), timeUs: this.now() });
  }

  private holdOpen(pty: UnixPty): void {
    // One call for memory only, before the child can have ended; an open in the thread pool could come too late.
    // eslint-disable-next-line no-restricted-syntax -- see above; it opens a device, nothing is read from a disk
    this.heldSlave = openSync(pty._pty, fsConstants.O_RDWR | fsConstants.O_NOCTTY | fsConstants.O_NONBLOCK);
    const socket = pty._socket;
    // Bytes one to one: node-pty's own decoder would lose what is not UTF-8. (With encoding null it would not set the
    // terminal to UTF-8, and erasing a typed é would leave half of it.)
    socket.setEncoding('latin1');
    const destroy = socket.destroy.bind(socket);
    socket.destroy = (error?: Error) => (error || socket.readableEnded ? destroy(error) : socket);
    const once = pty.once.bind(pty);
    pty.once = (event, listener) => {
      once(event, listener);
      if (event !== 'close' || this.tellStatus) return;
      this.tellStatus = listener;
      this.reapedAtMs = this.clock.monotonic();
      this.mark = new DrainMark();
      this.writeMark();
      this.waitForSilence();
    };
  }

  /** Writes the mark, or as much of it as there is room for. */
  private writeMark(): void {
    if (this.heldSlave === undefined || !this.mark) return;
    try {
      this.mark.write(this.heldSlave);
    } catch {
      this.tell(this.mark.rest(), 'latin1');
      this.mark = undefined;
    }
  }

  private startReading(): void {
    if (this.listened) return;
    this.listened = true;
    // In the next turn, so that listeners which are added together all hear the first chunk.
    setImmediate(() => {
      this.reading = true;
      if (!this.paused) this.pty.resume();
      this.waitForSilence();
    });
  }

  private waitForSilence(): void {
    if (!this.tellStatus || this.exit || this.waiting || this.paused || !this.reading) return;
    this.waiting = true;
    this.clock.setTimeout(() => {
      // One pass of the event loop's reading comes between timers and immediates: what is there arrives first.
      setImmediate(() => {
        this.waiting = false;
        if (this.paused || this.exit) return;
        this.writeMark();
        const now = this.clock.monotonic();
        const silentMs = now - Math.max(this.lastDataMs, this.reapedAtMs);
        const enoughMs = this.mark ? MARKED_SILENCE_MS : UNMARKED_SILENCE_MS;
        if (silentMs >= enoughMs || now - this.reapedAtMs >= DRAIN_MAX_MS) this.tellStatus?.();
        else this.waitForSilence();
      });
    }, LOOK_MS);
  }

  /** Lets the terminal hang up. Survivors that hold it too are still heard, but do not keep the server from ending. */
  private letGo(): void {
    if (this.heldSlave !== undefined) close(this.heldSlave, () => {});
    this.heldSlave = undefined;
    (this.pty as Partial<UnixPty>)._socket?.unref();
  }
}

function signalName(number: number): string {
  for (const [name, value] of Object.entries(osConstants.signals)) if (value === number) return name;
  return `signal ${number}`;
}
