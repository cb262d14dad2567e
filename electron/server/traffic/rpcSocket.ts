import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { toMicroError } from '../../../shared/contract/errors.ts';
import type { Call } from './call.ts';
import { refuseUpgrade, trafficStatus } from './errorAnswer.ts';
import type { ExchangeHost } from './exchange.ts';
import { rpcErrorOf } from './rpcError.ts';
import { MAX_MESSAGE_BYTES } from './rpcFrames.ts';
import { mergeRequest } from './rpcMessage.ts';
import { endpointPath, type RpcRoute } from './rpcRoutes.ts';
import { RpcStream } from './rpcStream.ts';
import type { UpstreamSessions } from './upstreamSessions.ts';

/** Bytes that may wait for a slow client; then the service waits too. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Bytes of a reason that a close can carry (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

/** Close codes of errors are this and the HTTP status: 4404 for what is not found. 4000 and up are for applications. */
const ERROR_CODE = 4000;

const CODE = { done: 1000, wrongType: 1003 } as const;

/** Handshakes only; each socket is handed to its own {@link RpcSocket}. */
const handshakes = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
});

/**
 * A WebSocket on a streaming endpoint, as micro's gateway has it: each text message is a request in JSON, each answer a
 * text message. What the path and query say is part of each request. An empty message ends the requests, as does
 * the first one where the endpoint takes no more. The end of the call closes the socket, an error with its reason.
 */
export class RpcSocket {
  private readonly gone = new AbortController();
  private webSocket: WebSocket | undefined;
  private requestBytes = 0;
  private responseBytes = 0;

  constructor(
    private readonly host: ExchangeHost,
    private readonly sessions: UpstreamSessions,
    private readonly request: IncomingMessage,
    private readonly socket: Duplex,
    private readonly head: Buffer,
    private readonly headers: readonly string[],
    private readonly call: Call,
    private readonly route: RpcRoute,
  ) {
    call.path = endpointPath(route);
  }

  /** Bytes of the messages in both directions. */
  bytes(): { requestBytes: number; responseBytes: number } {
    return { requestBytes: this.requestBytes, responseBytes: this.responseBytes };
  }

  /** Resolves with true once the socket is open or refused; such a service is registered. Never rejects. */
  async open(): Promise<boolean> {
    const { socket, host, sessions, call, route, headers } = this;
    socket.once('close', () => this.gone.abort());
    try {
      const opening = {
        ...{ host, sessions, call, route, headers },
        handleMessage: (json: string) => this.handleAnswer(json),
      };
      const stream = await RpcStream.open(opening, this.gone.signal);
      if (!stream) {
        call.error = 'the caller went away';
        return true;
      }
      if (this.gone.signal.aborted) stream.cancel();
      else this.gone.signal.addEventListener('abort', () => stream.cancel(), { once: true });
      // Answers before the handshake would have nowhere to go; it is done at once, or the socket ends.
      handshakes.handleUpgrade(this.request, socket, this.head, (webSocket) => this.join(webSocket, stream));
      call.status = this.webSocket ? 101 : 400;
    } catch (thrown) {
      const error = toMicroError(thrown);
      call.error = error.message;
      call.status = trafficStatus(error);
      refuseUpgrade(socket, call.via, error);
    }
    return true;
  }

  private join(webSocket: WebSocket, stream: RpcStream): void {
    this.webSocket = webSocket;
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('message', (data: Buffer, isBinary) => this.handleRequest(data, isBinary, stream));
    webSocket.on('close', () => this.gone.abort());
    stream.ended.then(
      ({ grpcStatus, message }) => {
        this.call.grpcStatus = grpcStatus;
        if (grpcStatus === 0) webSocket.close(CODE.done);
        else {
          const { code, detail } = rpcErrorOf(this.call, message);
          this.close(ERROR_CODE + code, detail || `gRPC status ${grpcStatus}`);
        }
      },
      (thrown: unknown) => {
        const error = toMicroError(thrown);
        this.close(ERROR_CODE + trafficStatus(error), error.message);
      },
    );
    this.resume = () => stream.resume();
  }

  private resume: () => void = () => {};

  private handleRequest(data: Buffer, isBinary: boolean, stream: RpcStream): void {
    const webSocket = this.webSocket as WebSocket;
    if (isBinary) {
      this.close(CODE.wrongType, 'messages are JSON text');
      return;
    }
    this.requestBytes += data.length;
    if (data.length === 0) {
      stream.finish();
      return;
    }
    let json: string;
    try {
      const { url } = this.request;
      json = JSON.stringify(
        mergeRequest({ target: url ?? '/', params: this.route.params, contentType: '', body: data.toString() }),
      );
    } catch (error) {
      this.close(ERROR_CODE + 400, `a message cannot be read: ${(error as Error).message}`);
      return;
    }
    if (!stream.send(json, () => webSocket.resume())) webSocket.pause();
    if (this.route.takesOne) stream.finish();
  }

  private handleAnswer(json: string): boolean {
    const { webSocket } = this;
    if (!webSocket || webSocket.readyState !== webSocket.OPEN) return true;
    this.responseBytes += Buffer.byteLength(json);
    webSocket.send(json, () => {
      if (webSocket.bufferedAmount <= MAX_WAITING_BYTES) this.resume();
    });
    return webSocket.bufferedAmount <= MAX_WAITING_BYTES;
  }

  private close(code: number, reason: string): void {
    this.call.error ||= reason;
    let text = reason;
    while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = text.slice(0, -1);
    this.webSocket?.close(code, text);
    this.webSocket?.resume();
  }
}
