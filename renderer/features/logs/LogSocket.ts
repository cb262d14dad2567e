import type { LogViewClientMessage, LogViewServerMessage } from '../../../shared/contract/logView.ts';
import { openSocket } from '../../client/api.ts';

/** First and longest pause before a lost connection is tried again, ms. */
const retryMs = { first: 300, max: 5_000 } as const;

/** What a view on the socket is told. */
export interface LogSocketView {
  /** The connection is there (again): the view has to be opened. */
  handleOpen(): void;
  handleLost(): void;
  handleMessage(message: LogViewServerMessage): void;
}

/** Opens the WebSocket; tests bring their own. */
export type OpenSocket = () => WebSocket;

/**
 * The one WebSocket that all log views of the window share. It is there while a view is, and comes back by itself when it
 * breaks.
 */
export class LogSocket {
  private readonly views = new Map<number, LogSocketView>();
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseMs: number = retryMs.first;
  /** Kept open without views too. */
  private isWarm = false;
  private lastView = 0;
  private lastRequest = 0;

  constructor(private readonly open: OpenSocket) {}

  /**
   * Connects before there is a view and stays connected: the server then has its readers of logs at hand, and the first log
   * is there a moment after it is asked for.
   */
  warm(): void {
    this.isWarm = true;
    this.connect();
  }

  /** Adds a view; the result is its number. */
  add(view: LogSocketView): number {
    this.lastView += 1;
    const number = this.lastView;
    this.views.set(number, view);
    if (this.isOpen()) queueMicrotask(() => this.views.has(number) && view.handleOpen());
    else this.connect();
    return number;
  }

  remove(view: number): void {
    if (!this.views.delete(view)) return;
    this.send({ type: 'close', view });
    if (this.views.size > 0 || this.isWarm) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }

  nextRequest(): number {
    this.lastRequest += 1;
    return this.lastRequest;
  }

  /** Sends a message; without a connection it is dropped, for views are opened anew when there is one. */
  send(message: LogViewClientMessage): void {
    if (this.isOpen()) this.socket?.send(JSON.stringify(message));
  }

  private isOpen(): boolean {
    return this.socket !== undefined && this.socket.readyState === this.socket.OPEN;
  }

  private connect(): void {
    if (this.socket || this.timer !== undefined) return;
    let socket: WebSocket;
    try {
      socket = this.open();
    } catch {
      this.retry();
      return;
    }
    this.socket = socket;
    socket.addEventListener('open', () => {
      if (this.socket !== socket) return;
      this.pauseMs = retryMs.first;
      for (const view of [...this.views.values()]) view.handleOpen();
    });
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      if (this.socket === socket) this.handle(JSON.parse(event.data) as LogViewServerMessage);
    });
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      for (const view of [...this.views.values()]) view.handleLost();
      this.retry();
    });
  }

  private retry(): void {
    if ((this.views.size === 0 && !this.isWarm) || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.connect();
    }, this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, retryMs.max);
  }

  private handle(message: LogViewServerMessage): void {
    if (message.view === undefined) {
      // A refusal that names no view concerns the whole socket: each view shows it.
      for (const view of [...this.views.values()]) view.handleMessage(message);
    } else this.views.get(message.view)?.handleMessage(message);
  }
}

let shared: LogSocket | undefined;

/** The socket of this window. */
export function logSocket(): LogSocket {
  shared ??= new LogSocket(() => openSocket('/_ws/logs'));
  return shared;
}
