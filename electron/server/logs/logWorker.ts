import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Emitter } from '../base/event.ts';
import type { LiveLogs } from './liveLogs.ts';
import { LocalLogQueries } from './logQueries.ts';
import type { ReadOptions } from './logStore.ts';
import {
  type FromLogThread,
  fromThreadError,
  type LiveAnswer,
  type LiveArguments,
  type LiveMethod,
  MAX_BATCHES_UNDER_WAY,
  type ToLogThread,
  toThreadError,
} from './threadMessages.ts';

/** Asks the thread that writes. */
class RemoteLiveLogs implements LiveLogs {
  private readonly grown = new Emitter<readonly string[]>();
  private readonly runsChanged = new Emitter<readonly string[]>();
  readonly onDidGrow = this.grown.event;
  readonly onDidChangeRuns = this.runsChanged.event;
  private readonly asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private nextId = 1;

  constructor(private readonly post: (message: FromLogThread) => void) {}

  flushed(services: readonly string[]): Promise<void> {
    return this.ask('flushed', services);
  }

  state(services: readonly string[]): Promise<LiveAnswer<'state'>> {
    return this.ask('state', services);
  }

  lastRun(service: string): Promise<number> {
    return this.ask('lastRun', service);
  }

  runs(service: string, limit: number): Promise<LiveAnswer<'runs'>> {
    return this.ask('runs', service, limit);
  }

  handleAnswer(message: Extract<ToLogThread, { type: 'answer' }>): void {
    const asked = this.asked.get(message.id);
    this.asked.delete(message.id);
    if (message.error) asked?.reject(fromThreadError(message.error));
    else asked?.resolve(message.value);
  }

  handleGrown(services: readonly string[]): void {
    this.grown.fire(services);
  }

  handleRunsChanged(services: readonly string[]): void {
    this.runsChanged.fire(services);
  }

  private ask<M extends LiveMethod>(method: M, ...args: LiveArguments<M>): Promise<LiveAnswer<M>> {
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.asked.set(id, { resolve, reject }));
    this.post({ type: 'ask', id, method, args });
    return answer as Promise<LiveAnswer<M>>;
  }
}

/** Answers the queries of one server; see {@link ThreadLogQueries}. */
class LogWorker {
  private readonly live: RemoteLiveLogs;
  private readonly queries: LocalLogQueries;
  private readonly sockets = new Map<number, { text(text: string): void; closed(): void }>();
  private readonly running = new Map<number, { abort: AbortController; taken(): void }>();

  constructor(
    private readonly port: MessagePort,
    folder: string,
  ) {
    this.live = new RemoteLiveLogs((message) => this.post(message));
    this.queries = new LocalLogQueries(folder, this.live);
    port.on('message', (message: ToLogThread) => this.handle(message));
  }

  private post(message: FromLogThread): void {
    this.port.postMessage(message);
  }

  private handle(message: ToLogThread): void {
    switch (message.type) {
      case 'socket':
        this.openSocket(message.id);
        return;
      case 'socketText':
        this.sockets.get(message.id)?.text(message.text);
        return;
      case 'socketClosed':
        this.sockets.get(message.id)?.closed();
        this.sockets.delete(message.id);
        return;
      case 'read':
        void this.run(message.id, (signal, ready) => this.read(message.id, message.options, signal, ready));
        return;
      case 'count':
        void this.run(message.id, (signal) => this.queries.count(message.query, signal));
        return;
      case 'taken':
        this.running.get(message.id)?.taken();
        return;
      case 'cancel':
        this.running.get(message.id)?.abort.abort();
        this.running.get(message.id)?.taken();
        return;
      case 'grown':
        this.live.handleGrown(message.services);
        return;
      case 'runsChanged':
        this.live.handleRunsChanged(message.services);
        return;
      case 'answer':
        this.live.handleAnswer(message);
        return;
    }
  }

  private openSocket(id: number): void {
    const textListeners: ((text: string) => void)[] = [];
    const closeListeners: (() => void)[] = [];
    this.sockets.set(id, {
      text: (text) => textListeners.forEach((listener) => listener(text)),
      closed: () => closeListeners.forEach((listener) => listener()),
    });
    this.queries.openViews({
      send: (text) => this.post({ type: 'socketText', id, text }),
      onMessage: (listener) => textListeners.push(listener),
      onClose: (listener) => closeListeners.push(listener),
    });
  }

  private async run(
    id: number,
    work: (signal: AbortSignal, room: () => Promise<void>) => Promise<number>,
  ): Promise<void> {
    const abort = new AbortController();
    let room = MAX_BATCHES_UNDER_WAY;
    let wake: (() => void) | undefined;
    this.running.set(id, {
      abort,
      taken: () => {
        room++;
        wake?.();
      },
    });
    const whenRoom = async (): Promise<void> => {
      while (room <= 0 && !abort.signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      room--;
    };
    try {
      this.post({ type: 'done', id, count: await work(abort.signal, whenRoom) });
    } catch (error) {
      this.post({ type: 'failed', id, error: toThreadError(error) });
    } finally {
      this.running.delete(id);
    }
  }

  private async read(
    id: number,
    options: ReadOptions,
    signal: AbortSignal,
    whenRoom: () => Promise<void>,
  ): Promise<number> {
    let count = 0;
    for await (const batch of this.queries.read(options, signal)) {
      await whenRoom();
      if (signal.aborted) break;
      count += batch.records.length;
      this.post({ type: 'batch', id, batch });
    }
    return count;
  }
}

if (parentPort) new LogWorker(parentPort, (workerData as { folder: string }).folder);
