import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { isHttp2 } from '../lib/protocol.ts';

/** Answers one request, of HTTP/1.1 or HTTP/2. */
export type RequestListener = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** ms that a new connection may be silent before it is closed, so that opened and forgotten ones do not pile up. */
const FIRST_BYTE_TIMEOUT_MS = 60_000;

/** ms that the last bytes of answers have to leave; a reader that takes none of them would hold up the end. */
const FLUSH_MS = 1000;

/**
 * One port that speaks HTTP/1.1 and HTTP/2 with prior knowledge (gRPC): the first bytes of a connection tell which. Requests
 * under way are counted, so that it can be closed when the last of them is answered.
 */
export class Port {
  private readonly http1: http.Server;
  private readonly http2: http2.Http2Server;
  private readonly listener: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private readonly sessions = new Set<http2.ServerHttp2Session>();
  private inFlight = 0;
  private idle: (() => void) | undefined;
  private closing = false;

  constructor(listener: RequestListener) {
    const counted: RequestListener = (request, response) => {
      this.inFlight++;
      if (this.closing && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
      response.once('close', () => {
        this.inFlight--;
        if (this.inFlight === 0) this.idle?.();
      });
      listener(request, response);
    };
    this.http1 = http.createServer({ keepAliveTimeout: 65_000 }, counted);
    this.http2 = http2.createServer({}, counted as unknown as Parameters<typeof http2.createServer>[1]);
    this.http2.on('session', (session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
    this.http2.on('sessionError', () => {});
    this.listener = net.createServer({ noDelay: true }, (socket) => this.handleConnection(socket));
  }

  /** Listens and resolves with the port. Rejects with the system's error, e.g. `EADDRINUSE`. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen({ host, port }, () => {
        this.listener.removeListener('error', reject);
        resolve((this.listener.address() as net.AddressInfo).port);
      });
    });
  }

  /** Takes nothing new, waits until what is under way is answered, `graceMs` at most, and ends every connection. */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    this.http1.close();
    this.http1.closeIdleConnections();
    for (const session of this.sessions) session.close();
    const late = setTimeout(() => this.destroyAll(), graceMs);
    if (this.inFlight > 0) await new Promise<void>((resolve) => (this.idle = resolve));
    clearTimeout(late);
    // What was answered may not have left yet: these end when it has.
    for (const socket of this.sockets) socket.destroySoon();
    const stuck = setTimeout(() => this.destroyAll(), FLUSH_MS);
    await closed;
    clearTimeout(stuck);
  }

  private destroyAll(): void {
    for (const session of this.sessions) session.destroy();
    for (const socket of this.sockets) socket.destroy();
  }

  private handleConnection(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(FIRST_BYTE_TIMEOUT_MS, () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.pause();
      socket.unshift(first);
      (isHttp2(first) ? this.http2 : this.http1).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }
}
