import { Worker } from 'node:worker_threads';
import { Emitter } from '../base/event.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { FromScreenThread, ToScreenThread } from './screenMessages.ts';
import type { CapturedScreen, Screens, TerminalScreen } from './terminalScreen.ts';

/**
 * The file of the thread beside the bundle of the server. Undefined when the server runs from source (in tests): a thread
 * cannot be started from TypeScript.
 */
export function bundledScreenWorker(): URL | undefined {
  return import.meta.url.endsWith('.mjs') ? new URL('./screenWorker.mjs', import.meta.url) : undefined;
}

/**
 * Screens in a thread of their own: drawing costs some 10 MB a second and a large screen takes a good part of a second to
 * write down, which must hold up neither the gateway nor another service. The thread starts with the first terminal.
 * When it dies, terminals go on with an empty screen in a new one.
 */
export class ThreadScreens implements Screens {
  private worker: Worker | undefined;
  private readonly screens = new Map<number, ThreadScreen>();
  private nextNumber = 1;
  private stopped = false;

  constructor(
    private readonly file: URL,
    private readonly logger: Logger,
  ) {}

  create(cols: number, rows: number): TerminalScreen {
    const number = this.nextNumber++;
    const screen = new ThreadScreen(cols, rows, (message) => this.post({ ...message, screen: number }));
    this.screens.set(number, screen);
    this.post({ type: 'create', screen: number, cols, rows });
    return screen;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.screens.clear();
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private post(message: ToScreenThread): void {
    if (this.stopped) return;
    if (message.type === 'dispose') this.screens.delete(message.screen);
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.file);
    // An idle thread does not keep a server from ending.
    worker.unref();
    let reason = 'it ended';
    worker.on('message', (message: FromScreenThread) => {
      if (this.worker === worker) this.screens.get(message.screen)?.handle(message);
    });
    worker.on('error', (error) => {
      reason = errorText(error);
    });
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.logger.error(`the thread that draws terminals failed: ${reason}`);
      for (const [number, screen] of this.screens) {
        this.post({ type: 'create', screen: number, cols: screen.cols, rows: screen.rows });
        screen.handleLost();
      }
    });
    return worker;
  }
}

type Unnumbered<T> = T extends { screen: number } ? Omit<T, 'screen'> : never;

/** The server's side of one screen. */
class ThreadScreen implements TerminalScreen {
  private readonly replies = new Emitter<string>();
  private readonly titles = new Emitter<string>();
  readonly onDidReply = this.replies.event;
  readonly onDidChangeTitle = this.titles.event;
  backlog = 0;
  private readonly writes: { bytes: number; done: (() => void) | undefined }[] = [];
  private readonly captures: ((captured: CapturedScreen) => void)[] = [];
  private disposed = false;

  constructor(
    public cols: number,
    public rows: number,
    private readonly post: (message: Unnumbered<ToScreenThread>) => void,
  ) {}

  write(data: Uint8Array, done?: () => void): void {
    if (this.disposed) return;
    this.backlog += data.length;
    this.writes.push({ bytes: data.length, done });
    this.post({ type: 'write', data });
  }

  resize(cols: number, rows: number): void {
    if (this.disposed) return;
    this.cols = cols;
    this.rows = rows;
    this.post({ type: 'resize', cols, rows });
  }

  capture(take: (captured: CapturedScreen) => void): void {
    if (this.disposed) return;
    this.captures.push(take);
    this.post({ type: 'capture' });
  }

  handle(message: FromScreenThread): void {
    if (this.disposed) return;
    switch (message.type) {
      case 'drawn':
        this.finishWrite();
        break;
      case 'captured':
        this.captures.shift()?.(message.captured);
        break;
      case 'reply':
        this.replies.fire(message.data);
        break;
      case 'title':
        this.titles.fire(message.title);
        break;
    }
  }

  /** The thread died: what it had is gone, and whoever waits for it goes on. */
  handleLost(): void {
    while (this.writes.length > 0) this.finishWrite();
    const { cols, rows } = this;
    for (const take of this.captures.splice(0)) take({ screen: '', cols, rows });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.replies.dispose();
    this.titles.dispose();
    this.post({ type: 'dispose' });
  }

  private finishWrite(): void {
    const write = this.writes.shift();
    if (!write) return;
    this.backlog -= write.bytes;
    write.done?.();
  }
}
