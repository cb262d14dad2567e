import {
  boundedSize,
  type TerminalClientMessage,
  type TerminalServerMessage,
  type TerminalState,
  terminalFlow,
} from '../../../shared/contract/terminal.ts';

/** The socket of a viewer, reduced to what it needs. */
export interface TerminalSocket {
  send(data: string | Uint8Array): void;
  /** Calls `listener` with each message: text as a string, a binary one as bytes. */
  listen(listener: (data: string | Uint8Array) => void): void;
  /** Calls `listener` once the socket is closed, by whichever side. */
  whenClosed(listener: () => void): void;
  close(code: number, reason: string): void;
}

/** What a viewer tells its terminal. */
export interface ViewerEvents {
  handleInput(data: Uint8Array): void;
  handleResize(size: { cols: number; rows: number }): void;
  /** It has drawn more: whoever waited for it may look again. */
  handleDrawn(): void;
  handleGone(): void;
}

/** One who looks at a terminal: keeps count of what was sent and not drawn yet. */
export class Viewer {
  /** What came while its first screen was on its way; undefined once it has that. */
  private early: Uint8Array[] | undefined = [];
  private undrawn = 0;
  private lagging = false;

  constructor(
    private readonly socket: TerminalSocket,
    events: ViewerEvents,
  ) {
    socket.listen((data) => {
      if (typeof data !== 'string') {
        events.handleInput(data);
        return;
      }
      const message = readMessage(data);
      if (message?.type === 'resize') events.handleResize(boundedSize(message.cols, message.rows));
      else if (message?.type === 'ack') {
        this.undrawn = Math.max(0, this.undrawn - message.bytes);
        events.handleDrawn();
      } else socket.close(1007, 'that is no message of a terminal');
    });
    socket.whenClosed(() => events.handleGone());
  }

  /** It has so much to draw that the program should wait. */
  get isFull(): boolean {
    return this.undrawn > terminalFlow.high;
  }

  /** It has drawn so much that the program can go on. */
  get hasRoom(): boolean {
    return this.undrawn < terminalFlow.low;
  }

  /** It missed output on purpose (see {@link skip}) and has room again: it needs a new screen. */
  get needsScreen(): boolean {
    return this.lagging && this.hasRoom && this.early === undefined;
  }

  /** Says something beside the output; what is said before the first screen is in that screen's state. */
  tell(message: TerminalServerMessage): void {
    if (this.early === undefined) this.socket.send(JSON.stringify(message));
  }

  /** Hands on what the program wrote. */
  output(data: Uint8Array): void {
    if (this.early) this.early.push(data);
    else if (!this.lagging) this.sendOutput(data);
  }

  /** From now on it misses output, until it has room and gets a new screen: for programs that must not wait. */
  skip(): void {
    this.lagging = true;
  }

  /** Holds output back until {@link begin}: a screen is being drawn for it. */
  expectScreen(): void {
    this.early = [];
    this.lagging = false;
  }

  /**
   * Its screen, then what came since; that the program has ended is said last, because a viewer may leave when it hears it.
   */
  begin(state: TerminalState): void {
    const { early = [] } = this;
    this.early = undefined;
    this.undrawn = 0;
    const { ended, ...screen } = state;
    const isLate = ended !== undefined && early.length > 0;
    this.tell(isLate ? screen : state);
    for (const data of early) this.sendOutput(data);
    if (isLate) this.tell({ type: 'ended', ended });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  private sendOutput(data: Uint8Array): void {
    this.undrawn += data.length;
    this.socket.send(data);
  }
}

/** What a client said, or undefined when it cannot be understood. */
function readMessage(text: string): TerminalClientMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type, cols, rows, bytes } = message as Record<string, unknown>;
  if (type === 'resize' && typeof cols === 'number' && typeof rows === 'number') return { type, cols, rows };
  if (type === 'ack' && typeof bytes === 'number' && bytes >= 0) return { type, bytes };
  return undefined;
}
