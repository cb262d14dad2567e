import {
  type TerminalClientMessage,
  type TerminalCursor,
  type TerminalEnd,
  TERMINAL_NOT_FOUND,
  type TerminalServerMessage,
  terminalFlow,
} from '../../../shared/contract/terminal.ts';

/** First and longest pause before a lost connection is tried again, ms. */
const retryMs = { first: 250, max: 5_000 } as const;

/** Bytes of input in one message: far below what a message may have, so that a long paste never blocks the socket. */
const INPUT_PIECE_BYTES = 64 * 1024;

/** What a link tells of. */
export interface TerminalLinkListener {
  /** The screen as it is: what was drawn before is to be forgotten. */
  handleState(state: {
    cols: number;
    rows: number;
    screen: string;
    cursor?: TerminalCursor;
    ended: TerminalEnd | undefined;
  }): void;
  /** Draw, then call `drawn`. */
  handleOutput(data: Uint8Array, drawn: () => void): void;
  handleStarted(): void;
  handleEnded(ended: TerminalEnd): void;
  handleResized(cols: number, rows: number): void;
  /** `gone`: the server has no such terminal (any more); it is not tried again. */
  handleConnection(status: 'connecting' | 'open' | 'lost' | 'gone'): void;
}

/** The window's end of one terminal: a WebSocket that comes back by itself, and says what has been drawn. */
export class TerminalLink {
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseMs: number = retryMs.first;
  private drawn = 0;
  private closed = false;

  constructor(
    private readonly open: () => WebSocket,
    private readonly listener: TerminalLinkListener,
  ) {}

  start(): void {
    this.connect();
  }

  /** Ends it; what runs in the terminal goes on. */
  stop(): void {
    this.closed = true;
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }

  /** Sends what was typed or pasted. Without a connection it is dropped: it was meant for what could be seen then. */
  type(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    for (let at = 0; at < bytes.length; at += INPUT_PIECE_BYTES) this.post(bytes.subarray(at, at + INPUT_PIECE_BYTES));
  }

  resize(cols: number, rows: number): void {
    this.tell({ type: 'resize', cols, rows });
  }

  private connect(): void {
    this.timer = undefined;
    this.listener.handleConnection('connecting');
    let socket: WebSocket;
    try {
      socket = this.open();
    } catch {
      this.handleLost();
      return;
    }
    this.socket = socket;
    socket.addEventListener('open', () => {
      if (this.socket !== socket) return;
      this.pauseMs = retryMs.first;
      this.drawn = 0;
    });
    socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      if (typeof event.data === 'string') this.handle(JSON.parse(event.data) as TerminalServerMessage);
      else this.handleOutput(new Uint8Array(event.data), socket);
    });
    socket.addEventListener('close', (event) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      if (event.code === TERMINAL_NOT_FOUND) {
        this.closed = true;
        this.listener.handleConnection('gone');
      } else this.handleLost();
    });
  }

  private handleLost(): void {
    if (this.closed) return;
    this.listener.handleConnection('lost');
    this.timer = setTimeout(() => this.connect(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, retryMs.max);
  }

  private handle(message: TerminalServerMessage): void {
    switch (message.type) {
      case 'state':
        this.listener.handleConnection('open');
        this.listener.handleState({ ...message, ended: message.ended });
        break;
      case 'started':
        this.listener.handleStarted();
        break;
      case 'ended':
        this.listener.handleEnded(message.ended);
        break;
      case 'resized':
        this.listener.handleResized(message.cols, message.rows);
        break;
      case 'title':
        // The list of terminals carries it, for tabs that are not shown as well.
        break;
    }
  }

  private handleOutput(data: Uint8Array, socket: WebSocket): void {
    this.listener.handleOutput(data, () => {
      this.drawn += data.length;
      if (this.socket !== socket || this.drawn < terminalFlow.ackEvery) return;
      this.tell({ type: 'ack', bytes: this.drawn });
      this.drawn = 0;
    });
  }

  private tell(message: TerminalClientMessage): void {
    this.post(JSON.stringify(message));
  }

  private post(data: string | Uint8Array): void {
    const { socket } = this;
    if (socket && socket.readyState === socket.OPEN) socket.send(data as string | ArrayBufferView<ArrayBuffer>);
  }
}
