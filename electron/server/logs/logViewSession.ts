import { toMicroError } from '../../../shared/contract/errors.ts';
import type { LogViewClientMessage, LogViewServerMessage } from '../../../shared/contract/logView.ts';
import type { LiveLogs } from './liveLogs.ts';
import type { LogCatalog } from './logCatalog.ts';
import { LogView } from './logView.ts';

/** The socket of a session, reduced to what it needs. */
export interface LogViewSocket {
  send(text: string): void;
  onMessage(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
  /** Ends the connection; a client that is still there opens another one. */
  close?(): void;
}

/** Serves the log views of one socket; see shared/contract/logView.ts. Ends with the socket. */
export class LogViewSession {
  private readonly views = new Map<number, LogView>();
  private readonly requests = new Map<number, AbortController>();

  constructor(
    private readonly socket: LogViewSocket,
    private readonly live: LiveLogs,
    private readonly catalog: LogCatalog,
  ) {
    socket.onMessage((text) => this.handleMessage(text));
    socket.onClose(() => this.dispose());
  }

  dispose(): void {
    for (const view of this.views.values()) view.dispose();
    this.views.clear();
    for (const request of this.requests.values()) request.abort();
  }

  private send(message: LogViewServerMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  private handleMessage(text: string): void {
    let message: LogViewClientMessage;
    try {
      message = JSON.parse(text) as LogViewClientMessage;
    } catch {
      this.send({ type: 'error', code: 'api.invalid', message: 'a message of a log view is not JSON' });
      return;
    }
    if (message.type === 'cancel') {
      this.requests.get(message.request)?.abort();
      return;
    }
    if (message.type === 'open') {
      this.views.get(message.view)?.dispose();
      try {
        const view = new LogView(message, this.live, this.catalog, (reply) => this.send(reply));
        this.views.set(message.view, view);
        view.start();
      } catch (error) {
        this.fail(message.view, undefined, error);
      }
      return;
    }
    const view = this.views.get(message.view);
    if (!view) {
      this.send({
        type: 'error',
        view: message.view,
        code: 'api.invalid',
        message: `view ${message.view} is not open`,
      });
      return;
    }
    if (message.type === 'close') {
      view.dispose();
      this.views.delete(message.view);
    } else if (message.type === 'follow') view.follow(message.on);
    else if (message.type === 'ack') view.handleAck(message.request);
    else this.answer(view, message);
  }

  private answer(
    view: LogView,
    message: Exclude<LogViewClientMessage, { type: 'cancel' | 'open' | 'close' | 'follow' | 'ack' }>,
  ): void {
    const abort = new AbortController();
    this.requests.set(message.request, abort);
    view
      .answer(message, abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.fail(message.view, message.request, error);
      })
      .finally(() => this.requests.delete(message.request));
  }

  private fail(view: number, request: number | undefined, error: unknown): void {
    const { code, message, next } = toMicroError(error);
    this.send({
      type: 'error',
      view,
      ...(request === undefined ? {} : { request }),
      code,
      message,
      ...(next ? { next } : {}),
    });
  }
}
