import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import { isHttp2 } from '../../../shared/lib/protocol.ts';
import { isPlainUpgrade, replayAsPlain } from './plainUpgrade.ts';
import { afterAnswers, handleClientError, noteResponse } from './clientError.ts';
import { MAX_HEADER_BYTES } from './limits.ts';

/** Handles one request; HTTP/1.1 and HTTP/2 alike. */
export type RequestHandler = (
  request: http.IncomingMessage | http2.Http2ServerRequest,
  response: http.ServerResponse | http2.Http2ServerResponse,
) => void;

/** Handles an HTTP/1.1 upgrade (WebSocket). */
export type UpgradeHandler = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Certificate chain and key (PEM) of a port that is reached from other machines. */
export interface PortCertificate {
  cert: string;
  key: string;
}

/** ms that a client may take for the handshake of TLS; a slow network needs one or two seconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A tunnel to anywhere is nothing that these ports offer. */
const REFUSED_CONNECT = 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** ms that a client may take for the head of a request: whoever sends it byte by byte holds a connection for nothing. */
const HEAD_TIMEOUT_MS = 60_000;

/**
 * ms between two looks for heads that take too long; the limit is kept no more exactly than this. Each port looks for as long as
 * it is open, also when nobody asks anything of it.
 */
const HEAD_CHECK_MS = 20_000;

/** ms that a new connection may be silent before it is closed; protects against sockets that are opened and left. */
const FIRST_BYTE_TIMEOUT_MS = 60_000;

/**
 * One port that speaks HTTP/1.1 and HTTP/2: the first bytes of each connection decide. gRPC clients need the latter, curl
 * and browsers the former. In cleartext HTTP/2 is by prior knowledge (h2c); with a certificate both sides agree on it (ALPN).
 */
export class ProtocolPort {
  private readonly http1: http.Server;
  private readonly http2: http2.Http2Server;
  private readonly listener: net.Server | tls.Server;
  private readonly sockets = new Set<net.Socket>();

  constructor(
    handleRequest: RequestHandler,
    handleUpgrade: UpgradeHandler,
    certificate?: PortCertificate,
    headTimeoutMs = HEAD_TIMEOUT_MS,
  ) {
    const handleHttp1 = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      noteResponse(response);
      handleRequest(request, response);
    };
    // Streams live long and uploads are large: the time limits of Node's server are for public servers.
    this.http1 = http.createServer(
      {
        requestTimeout: 0,
        headersTimeout: headTimeoutMs,
        connectionsCheckingInterval: Math.min(HEAD_CHECK_MS, headTimeoutMs),
        keepAliveTimeout: 65_000,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      handleHttp1,
    );
    // It is given its connections and never listens itself; only with this does Node look after their time limits.
    this.http1.emit('listening');
    // Node would leave out what is beyond 2000 headers without a word; the bytes are limited anyway.
    this.http1.maxHeadersCount = 0;
    // The one who gets the body decides whether it wants it.
    this.http1.on('checkContinue', handleHttp1);
    this.http1.on('upgrade', (request, socket, head) => {
      afterAnswers(socket, () => {
        // What was answered last began to count the time until another request.
        (socket as net.Socket).setTimeout(0);
        if (isPlainUpgrade(request)) replayAsPlain(this.http1, request, socket, head);
        else handleUpgrade(request, socket, head);
      });
    });
    this.http1.on('clientError', handleClientError);
    this.http1.on('connect', (_, socket: Duplex) => socket.end(REFUSED_CONNECT, () => socket.destroy()));
    this.http2 = http2.createServer({}, handleRequest);
    this.http2.on('sessionError', () => {});
    this.listener = certificate ? this.createTlsListener(certificate) : this.createListener();
  }

  /** Listens and resolves with the port. Rejects with the system's error (`EADDRINUSE`) when it cannot. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen({ host, port }, () => {
        this.listener.removeListener('error', reject);
        resolve((this.listener.address() as net.AddressInfo).port);
      });
    });
  }

  /** The port it listens on; 0 before. */
  get port(): number {
    return (this.listener.address() as net.AddressInfo | null)?.port ?? 0;
  }

  /** Stops accepting, ends what is open, and resolves when the port is free. Idempotent. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    this.http1.close();
    this.http2.close();
    await closed;
  }

  private createListener(): net.Server {
    return net.createServer({ noDelay: true }, (socket) => this.handleConnection(socket));
  }

  private createTlsListener(certificate: PortCertificate): tls.Server {
    const listener = tls.createServer(
      {
        ...certificate,
        ALPNProtocols: ['h2', 'http/1.1'],
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        noDelay: true,
      },
      (socket) => this.handleConnection(socket),
    );
    // Whoever never gets through the handshake is closed with the port all the same.
    listener.on('connection', (socket: net.Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    listener.on('tlsClientError', (_error, socket) => socket.destroy());
    return listener;
  }

  /** Takes another certificate for connections to come. */
  renew(certificate: PortCertificate): void {
    if (this.listener instanceof tls.Server) this.listener.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
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
      const server = isHttp2(first) ? this.http2 : this.http1;
      server.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }
}
