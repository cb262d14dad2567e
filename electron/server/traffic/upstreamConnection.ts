import type net from 'node:net';
import type { AnswerHead } from './answerHead.ts';
import { type AnswerListener, AnswerParser } from './answerParser.ts';
import { UpstreamSocket } from './upstreamSocket.ts';

/** Uses a connection for one request and its answer. */
export interface ConnectionUser extends AnswerListener {
  /** The node has taken the connection. */
  handleOpen(): void;
  /** Everything that was there to read has been told. */
  handleRead(): void;
  /** More can be written. */
  handleDrain(): void;
  /** The connection is closed; `error` says why when it was not in good order. */
  handleClosed(error: Error | undefined): void;
}

/** One connection in HTTP/1.1 to a node; serves one request after the other. */
export class UpstreamConnection implements AnswerListener {
  /** Requests that it has been used for before this one. */
  served = 0;
  /** Monotonic ms since when it is idle, and ms that it may be. */
  idleSince = 0;
  idleLimitMs = 0;
  /** ms that the service says it keeps an idle connection, from its last answer. */
  idleHintMs: number | undefined;
  /** ms that it had been idle when its present request took it; undefined for the first one. */
  idledMs: number | undefined;
  /** The service closed it before it answered the request that it carries, or while it carried none. */
  wasClosedUnasked = false;
  private readonly socket: net.Socket;
  private user: ConnectionUser | undefined;
  private parser: AnswerParser | undefined;
  private error: Error | undefined;
  private keepsAlive = true;
  private isAnswered = false;

  /** Opens it; `handleClosed` is called once, whoever closes it. */
  constructor(
    address: string,
    port: number,
    private readonly handleClosed: (connection: UpstreamConnection) => void,
  ) {
    const socket = new UpstreamSocket((bytes) => this.take(bytes));
    this.socket = socket;
    socket.on('connect', () => this.user?.handleOpen());
    socket.on('end', () => this.takeEnd());
    socket.on('drain', () => this.user?.handleDrain());
    socket.on('error', (error) => {
      this.error ??= error;
      this.noteClosed();
    });
    socket.on('close', () => {
      const { user } = this;
      this.user = undefined;
      this.handleClosed(this);
      user?.handleClosed(this.error);
    });
    socket.connect({ host: address, port, noDelay: true });
  }

  get isOpen(): boolean {
    return !this.socket.connecting;
  }

  /** Whether it can take another request. */
  get isUsable(): boolean {
    return this.keepsAlive && !this.socket.destroyed && this.socket.writable && this.socket.readable;
  }

  /** Begins a request; `isHead`: of the method HEAD. */
  begin(user: ConnectionUser, isHead: boolean): void {
    this.user = user;
    this.error = undefined;
    this.isAnswered = false;
    this.parser = new AnswerParser(isHead, this);
  }

  /** Ends the use: the request is sent and its answer read. */
  end(): void {
    this.user = undefined;
    this.parser = undefined;
    this.isAnswered = false;
    this.served++;
    this.socket.resume();
  }

  /** False when what is written has to wait: go on at `handleDrain`. */
  write(data: string | Buffer): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  /** Writes several pieces as one. */
  writeAll(pieces: readonly (string | Buffer)[]): boolean {
    this.socket.cork();
    let goesOn = true;
    for (const piece of pieces) goesOn = this.write(piece);
    this.socket.uncork();
    return goesOn;
  }

  get needsDrain(): boolean {
    return this.socket.writableNeedDrain;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(error?: Error): void {
    if (error) this.error ??= error;
    this.socket.destroy();
  }

  handleInterim(head: AnswerHead): void {
    this.user?.handleInterim(head);
  }

  handleHead(head: AnswerHead): void {
    this.isAnswered = true;
    this.keepsAlive = head.keepsAlive;
    this.idleHintMs = head.idleMs;
    this.user?.handleHead(head);
  }

  handleBody(chunk: Buffer, isLast: boolean): void {
    this.user?.handleBody(chunk, isLast);
  }

  handleEnd(trailers: string[]): void {
    this.user?.handleEnd(trailers);
  }

  private take(chunk: Buffer): void {
    const { parser } = this;
    try {
      // Bytes that belong to no answer: whatever they are, the next answer must not begin with them.
      if (!parser || parser.isDone || parser.push(chunk) > 0) {
        this.keepsAlive = false;
        this.socket.destroy();
      }
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    this.user?.handleRead();
  }

  private noteClosed(): void {
    this.wasClosedUnasked ||= this.keepsAlive && !this.isAnswered;
  }

  private takeEnd(): void {
    this.noteClosed();
    this.keepsAlive = false;
    if (!this.parser) this.destroy();
    else if (!this.parser.end()) this.destroy(Object.assign(new Error('it ended'), { code: 'ECONNRESET' }));
  }
}
