import http2 from 'node:http2';

/** One call in HTTP/2, as it came back. */
export interface Http2Answer {
  head: http2.IncomingHttpHeaders;
  trailers: http2.IncomingHttpHeaders;
  body: Buffer;
  rstCode: number;
}

/** A client of its own connection; `say` may write more than once. */
export class Http2Client {
  private readonly session: http2.ClientHttp2Session;

  constructor(url: string) {
    this.session = http2.connect(url);
    this.session.on('error', () => {});
  }

  open(headers: http2.OutgoingHttpHeaders): http2.ClientHttp2Stream {
    return this.session.request(headers);
  }

  /** Sends a whole request and collects the answer. */
  async ask(headers: http2.OutgoingHttpHeaders, body: Buffer | string = ''): Promise<Http2Answer> {
    const stream = this.open(headers);
    const answer = collect(stream);
    stream.end(body);
    return answer;
  }

  close(): void {
    this.session.destroy();
  }
}

/** Collects what comes on a stream until it is closed. */
export function collect(stream: http2.ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let head: http2.IncomingHttpHeaders = {};
    let trailers: http2.IncomingHttpHeaders = {};
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('trailers', (headers) => {
      trailers = headers;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => {});
    stream.on('close', () => resolve({ head, trailers, body: Buffer.concat(chunks), rstCode: stream.rstCode ?? 0 }));
  });
}

/** A message of gRPC in its frame. */
export function grpcFrame(message: string | Buffer): Buffer {
  const body = Buffer.from(message as string);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}
