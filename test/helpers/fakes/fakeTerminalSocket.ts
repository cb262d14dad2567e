import type { TerminalSocket } from '../../../electron/server/terminals/viewer.ts';
import type { TerminalClientMessage, TerminalServerMessage } from '../../../shared/contract/terminal.ts';

/** The socket of somebody who looks at a terminal. By default it draws at once what it gets, as a fast window does. */
export class FakeTerminalSocket implements TerminalSocket {
  readonly messages: TerminalServerMessage[] = [];
  /** Everything that was drawn, screens and output, in order. */
  text = '';
  /** Bytes of output that came. */
  bytes = 0;
  closed: { code: number; reason: string } | undefined;
  private readonly listeners: ((data: string | Uint8Array) => void)[] = [];
  private readonly closeListeners: (() => void)[] = [];
  private readonly decoder = new TextDecoder();

  constructor(private readonly draws = true) {}

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') {
      const message = JSON.parse(data) as TerminalServerMessage;
      this.messages.push(message);
      if (message.type === 'state') this.text += message.screen;
      return;
    }
    this.text += this.decoder.decode(data, { stream: true });
    this.bytes += data.length;
    if (this.draws) queueMicrotask(() => this.tell({ type: 'ack', bytes: data.length }));
  }

  listen(listener: (data: string | Uint8Array) => void): void {
    this.listeners.push(listener);
  }

  whenClosed(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
    this.goes();
  }

  /** The viewer goes away. */
  goes(): void {
    for (const listener of this.closeListeners) listener();
  }

  types(text: string): void {
    for (const listener of this.listeners) listener(Buffer.from(text));
  }

  tell(message: TerminalClientMessage | string): void {
    for (const listener of this.listeners) listener(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The last message of a type. */
  last<T extends TerminalServerMessage['type']>(type: T): Extract<TerminalServerMessage, { type: T }> | undefined {
    return this.messages.filter((message) => message.type === type).at(-1) as never;
  }
}
