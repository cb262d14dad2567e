import type { IncomingMessage } from 'node:http';
import { type BodyFraming, passedTrailers } from './headers.ts';
import { trailerLines } from './requestHead.ts';
import type { UpstreamConnection } from './upstreamConnection.ts';

/** The body of a request on its way to a service: no faster than that takes it, and framed anew when it comes in chunks. */
export class Upload {
  private finished = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly connection: UpstreamConnection,
    private readonly framing: BodyFraming,
    /** Is told the bytes of each piece. */
    private readonly moved: (chunk: Buffer) => void,
    private readonly ended: () => void,
  ) {}

  /** Whether all of it has been handed to the connection. */
  get isDone(): boolean {
    return this.finished;
  }

  start(): void {
    this.request.on('end', this.handleEnd);
    this.request.on('data', this.handleData);
  }

  /** The service takes more. */
  goOn(): void {
    if (!this.finished) this.request.resume();
  }

  /** Sends no more; what the client has yet to say is left in the socket. */
  stop(): void {
    this.request.off('data', this.handleData);
    this.request.off('end', this.handleEnd);
    this.request.pause();
  }

  private readonly handleData = (chunk: Buffer): void => {
    this.moved(chunk);
    const goesOn =
      this.framing === 'chunked'
        ? this.connection.writeAll([`${chunk.length.toString(16)}\r\n`, chunk, '\r\n'])
        : this.connection.write(chunk);
    if (!goesOn) this.request.pause();
  };

  private readonly handleEnd = (): void => {
    this.finished = true;
    if (this.framing === 'chunked')
      this.connection.write(`0\r\n${trailerLines(passedTrailers(this.request.rawTrailers))}\r\n`);
    this.ended();
  };
}
