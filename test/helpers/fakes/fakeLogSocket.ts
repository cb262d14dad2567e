import type { LogViewClientMessage, LogViewServerMessage } from '../../../shared/contract/logView.ts';

/**
 * One WebSocket of a log view, seen from the page; the test is its other end. Messages are handed over in later turns, as
 * those of a real socket are.
 */
export class FakeLogSocket extends EventTarget {
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readyState = 0;
  readonly sent: LogViewClientMessage[] = [];
  /** Called with everything the page sends. */
  handleSent: (text: string) => void = () => {};
  /** Called when the page closes the socket, and by {@link breakOff}. */
  handleClosed: () => void = () => {};

  accept(): void {
    this.readyState = this.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as LogViewClientMessage);
    queueMicrotask(() => this.handleSent(text));
  }

  /** Says something to the page. */
  say(message: LogViewServerMessage): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    queueMicrotask(() => {
      if (this.readyState === this.OPEN) this.dispatchEvent(new MessageEvent('message', { data: text }));
    });
  }

  close(): void {
    this.breakOff();
  }

  /** The connection ends, whoever ends it. */
  breakOff(): void {
    if (this.readyState === this.CLOSED) return;
    this.readyState = this.CLOSED;
    this.handleClosed();
    this.dispatchEvent(new Event('close'));
  }

  /** The last message of a type that the page sent. */
  lastSent<T extends LogViewClientMessage['type']>(type: T): Extract<LogViewClientMessage, { type: T }> | undefined {
    const fitting = this.sent.filter(
      (message): message is Extract<LogViewClientMessage, { type: T }> => message.type === type,
    );
    return fitting.at(-1);
  }
}

/** Hands out fake sockets in the order in which the page opens them. */
export class FakeLogSockets {
  readonly opened: FakeLogSocket[] = [];
  /** Called with each new socket before the page sees it open. */
  prepare: (socket: FakeLogSocket) => void = () => {};

  readonly open = (): WebSocket => {
    const socket = new FakeLogSocket();
    this.opened.push(socket);
    this.prepare(socket);
    return socket as unknown as WebSocket;
  };

  get last(): FakeLogSocket {
    const socket = this.opened.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
}
