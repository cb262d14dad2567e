import type { Writable } from 'node:stream';
import { type Colours, createColours } from './colours.ts';

/** The parts of a process stream that are written to. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number };

/**
 * One of the two streams of the command line. A reader that goes away (`micro logs orders | head`) is no error: what is
 * written from then on is dropped and {@link Output.onClosed} is told, so that the verb can end.
 */
export class Output {
  readonly colours: Colours;
  private closed = false;

  constructor(
    private readonly stream: OutputStream,
    colour: boolean,
    private readonly onClosed: () => void = () => {},
  ) {
    this.colours = createColours(colour);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
      this.close();
    });
  }

  get isTerminal(): boolean {
    return this.stream.isTTY === true;
  }

  /** Columns of the terminal, undefined when it is none. */
  get columns(): number | undefined {
    return this.isTerminal ? this.stream.columns : undefined;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Writes text and a line end. */
  line(text = ''): void {
    this.write(`${text}\n`);
  }

  /** Writes a value as one line of JSON. */
  json(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  write(data: string | Uint8Array): void {
    if (!this.closed) this.stream.write(data);
  }

  /** Resolves when a slow reader took enough; loops over much output wait for it, so that memory stays flat. */
  async drained(): Promise<void> {
    if (this.closed || !this.stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.stream.once('drain', resolve);
      this.stream.once('close', resolve);
      this.stream.once('error', () => resolve());
    });
  }

  /** Resolves when everything written has been handed to the system. */
  async flushed(): Promise<void> {
    if (this.closed) return;
    await new Promise<void>((resolve) => {
      this.stream.write('', () => resolve());
    });
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClosed();
  }
}
