import { Worker } from 'node:worker_threads';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import { Deferred } from '../base/async.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { LiveLogs } from './liveLogs.ts';
import type { LogQueries } from './logQueries.ts';
import type { ReadBatch, ReadOptions } from './logStore.ts';
import type { LogViewSocket } from './logViewSession.ts';
import { type FromLogThread, fromThreadError, type ToLogThread, toThreadError } from './threadMessages.ts';

/** Time between two messages to the thread that services have written, ms: a busy service writes 250 times a second. */
const GROWN_PERIOD_MS = 20;

/** Memory of the thread at most, MB: indexes of some hundred million records, and what is being read. */
const MAX_HEAP_MB = 768;

/**
 * The file of the thread beside the bundle of the server. Undefined when the server runs from source (in tests): a thread
 * cannot be started from TypeScript.
 */
export function bundledLogWorker(): URL | undefined {
  return import.meta.url.endsWith('.mjs') ? new URL('./logWorker.mjs', import.meta.url) : undefined;
}

/** What waits for messages of one read or count. */
interface Waiting {
  handle(message: Extract<FromLogThread, { id: number }>): void;
  fail(error: Error): void;
}

/**
 * Answers queries in a thread of its own, so that a search through millions of lines never holds up the server. The
 * thread starts with the first query; when it dies, what it was doing fails, sockets are closed so that clients come
 * back, and the next query starts another one.
 */
export class ThreadLogQueries implements LogQueries {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private readonly sockets = new Map<number, LogViewSocket>();
  private readonly subscriptions: Disposable[];
  private readonly grown = new Set<string>();
  private grownTimer: NodeJS.Timeout | undefined;
  private nextId = 1;
  private closed = false;

  constructor(
    private readonly file: URL,
    private readonly folder: string,
    private readonly live: LiveLogs,
    private readonly logger: Logger,
  ) {
    this.subscriptions = [
      live.onDidGrow((services) => this.handleGrown(services)),
      live.onDidChangeRuns((services) => tell(this.worker, { type: 'runsChanged', services: [...services] })),
    ];
  }

  async *read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch> {
    if (signal.aborted) return;
    const id = this.nextId++;
    const arrived: (ReadBatch | 'end' | Error)[] = [];
    let wake: Deferred<void> | undefined;
    const take = (item: ReadBatch | 'end' | Error): void => {
      arrived.push(item);
      wake?.resolve();
    };
    this.waiting.set(id, {
      handle: (message) => {
        if (message.type === 'batch') take(message.batch);
        else if (message.type === 'failed') take(fromThreadError(message.error));
        else take('end');
      },
      fail: take,
    });
    const abort = (): void => take('end');
    signal.addEventListener('abort', abort, { once: true });
    try {
      this.post({ type: 'read', id, options });
      for (;;) {
        const item = arrived.shift();
        if (item === undefined) {
          wake = new Deferred();
          await wake.promise;
          continue;
        }
        if (item === 'end') return;
        if (item instanceof Error) throw item;
        yield item;
        this.post({ type: 'taken', id });
      }
    } finally {
      signal.removeEventListener('abort', abort);
      if (this.waiting.delete(id)) tell(this.worker, { type: 'cancel', id });
    }
  }

  async count(query: LogQuery, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const id = this.nextId++;
    const done = new Deferred<number>();
    this.waiting.set(id, {
      handle: (message) => {
        if (message.type === 'done') done.resolve(message.count);
        else if (message.type === 'failed') done.reject(fromThreadError(message.error));
      },
      fail: (error) => done.reject(error),
    });
    const abort = (): void => {
      this.post({ type: 'cancel', id });
      done.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      this.post({ type: 'count', id, query });
      return await done.promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.waiting.delete(id);
    }
  }

  openViews(socket: LogViewSocket): void {
    const id = this.nextId++;
    this.sockets.set(id, socket);
    this.post({ type: 'socket', id });
    socket.onMessage((text) => this.post({ type: 'socketText', id, text }));
    socket.onClose(() => {
      if (this.sockets.delete(id)) tell(this.worker, { type: 'socketClosed', id });
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const subscription of this.subscriptions) subscription.dispose();
    clearTimeout(this.grownTimer);
    const { worker } = this;
    this.worker = undefined;
    this.failAll(new MicroError('server.stopping', 'the server ends'));
    await worker?.terminate();
  }

  private post(message: ToLogThread): void {
    if (this.closed) throw new MicroError('server.stopping', 'the server ends');
    this.worker ??= this.start();
    tell(this.worker, message);
  }

  private start(): Worker {
    const worker = new Worker(this.file, {
      workerData: { folder: this.folder },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    let reason = 'it ended';
    worker.on('message', (message: FromLogThread) => this.handle(worker, message));
    worker.on('error', (error) => {
      reason = errorText(error);
    });
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.logger.error(`the thread that reads logs failed: ${reason}`);
      this.failAll(new MicroError('internal.bug', `the thread that reads logs failed: ${reason}`));
    });
    return worker;
  }

  private handle(worker: Worker, message: FromLogThread): void {
    if (this.worker !== worker) return;
    if (message.type === 'ask') void this.answer(worker, message);
    else if (message.type === 'socketText') this.sockets.get(message.id)?.send(message.text);
    else {
      const waiting = this.waiting.get(message.id);
      if (message.type !== 'batch') this.waiting.delete(message.id);
      waiting?.handle(message);
    }
  }

  private async answer(worker: Worker, message: Extract<FromLogThread, { type: 'ask' }>): Promise<void> {
    const { id, method, args } = message;
    const ask = this.live[method].bind(this.live) as (...given: unknown[]) => Promise<unknown>;
    try {
      tell(worker, { type: 'answer', id, value: await ask(...args) });
    } catch (error) {
      tell(worker, { type: 'answer', id, error: toThreadError(error) });
    }
  }

  private handleGrown(services: readonly string[]): void {
    // Nobody waits: what is asked next is answered with what is there then.
    if (!this.worker || (this.sockets.size === 0 && this.waiting.size === 0)) return;
    for (const service of services) this.grown.add(service);
    if (!this.grownTimer) this.tellGrown();
  }

  private tellGrown(): void {
    this.grownTimer = undefined;
    if (this.grown.size === 0) return;
    tell(this.worker, { type: 'grown', services: [...this.grown] });
    this.grown.clear();
    this.grownTimer = setTimeout(() => this.tellGrown(), GROWN_PERIOD_MS);
  }

  private failAll(error: Error): void {
    for (const waiting of this.waiting.values()) waiting.fail(error);
    this.waiting.clear();
    const sockets = [...this.sockets.values()];
    this.sockets.clear();
    for (const socket of sockets) socket.close?.();
  }
}

function tell(worker: Worker | undefined, message: ToLogThread): void {
  worker?.postMessage(message);
}
