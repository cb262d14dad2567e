import http, { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { RegistryNode } from '../registry/registry.ts';
import type { Call } from './call.ts';
import { answerError } from './errorAnswer.ts';
import type { ExchangeHost } from './exchange.ts';
import { responseHeaders } from './headers.ts';
import { CONNECT_TIMEOUT_MS } from './limits.ts';
import { answerTooLate, upstreamBroke } from './upstreamErrors.ts';

/** ms that one direction may go on after the other has ended, for a last word; then both are closed. */
const HALF_OPEN_MS = 2000;

/** One request for an upgrade (WebSocket) and, when the service agrees, the two sockets joined. */
export class Tunnel {
  private readonly gone = new AbortController();
  private readonly response: ServerResponse;
  private counted = (): { requestBytes: number; responseBytes: number } => ({ requestBytes: 0, responseBytes: 0 });

  constructor(
    private readonly host: ExchangeHost,
    private readonly request: IncomingMessage,
    private readonly socket: Duplex,
    private readonly head: Buffer,
    private readonly headers: string[],
    private readonly call: Call,
  ) {
    // For answers that are no upgrade: the server has handed its socket over and makes no response object.
    this.response = new ServerResponse(request);
    this.response.shouldKeepAlive = false;
  }

  /** Resolves when it is known what became of the upgrade: false when there is no service of this name. Never rejects. */
  async open(): Promise<boolean> {
    const { socket, response, call } = this;
    response.on('error', () => {});
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.gone.abort());
    try {
      const search = this.host.choice.begin(call.to);
      for (;;) {
        const node = await this.host.choice.choose(search, this.gone.signal);
        if (!node) {
          call.error = 'the caller went away';
          return true;
        }
        if (await this.attempt(node)) return true;
        this.host.choice.refuse(search, node, 'refused');
      }
    } catch (thrown) {
      const error = toMicroError(thrown);
      call.error = error.message;
      this.takeSocket();
      answerError(response, call.via, error);
      call.status = response.statusCode;
      return error.code !== 'gateway.no-service';
    }
  }

  /** Bytes that passed in both directions since the upgrade. */
  bytes(): { requestBytes: number; responseBytes: number } {
    return this.counted();
  }

  /** True when the node took the connection; false when it refused it. */
  private attempt(node: RegistryNode): Promise<boolean> {
    const { host, request, socket, call } = this;
    host.inFlight.begin(node.id);
    return new Promise((resolve, reject) => {
      const upstream = http.request({
        agent: false,
        host: node.address,
        port: node.port,
        method: request.method ?? 'GET',
        path: call.path,
        headers: this.headers,
        setHost: false,
        timeout: host.answerTimeoutMs,
      });
      const leave = (): void => void upstream.destroy();
      this.gone.signal.addEventListener('abort', leave, { once: true });
      let connected = false;
      upstream.on('socket', (wire) => {
        const tooLong = host.clock.setTimeout(() => upstream.destroy(new Error('no connection')), CONNECT_TIMEOUT_MS);
        wire.once('connect', () => {
          connected = true;
          tooLong.dispose();
        });
        wire.once('close', () => {
          tooLong.dispose();
          this.gone.signal.removeEventListener('abort', leave);
          host.inFlight.end(node.id);
        });
      });
      upstream.on('upgrade', (answer, wire, first) => {
        call.status = answer.statusCode ?? 101;
        call.node = node.id;
        wire.setTimeout(0);
        socket.write(upgradeHead(answer));
        if (first.length > 0) socket.write(first);
        if (this.head.length > 0) wire.write(this.head);
        this.counted = counterOf(socket as Socket, this.head.length, wire as Socket, first.length);
        join(socket, wire, host);
        resolve(true);
      });
      upstream.on('response', (answer) => {
        call.status = answer.statusCode ?? 502;
        call.node = node.id;
        upstream.setTimeout(0);
        this.refuse(answer, upstream);
        resolve(true);
      });
      upstream.on('timeout', () => {
        reject(answerTooLate(call.to, host.answerTimeoutMs));
        upstream.destroy();
      });
      upstream.on('error', (error: NodeJS.ErrnoException) => {
        if (this.gone.signal.aborted) resolve(true);
        else if (connected) reject(upstreamBroke(call.to, error));
        else resolve(false);
      });
      upstream.end();
    });
  }

  /** The service says no: its answer goes to the client, and both connections end with it. */
  private refuse(answer: IncomingMessage, upstream: http.ClientRequest): void {
    this.takeSocket();
    const { response } = this;
    try {
      response.writeHead(
        answer.statusCode ?? 502,
        answer.statusMessage,
        responseHeaders(answer.rawHeaders, answer.headers.connection),
      );
    } catch (error) {
      const message = `service "${this.call.to}" gave an answer that cannot be passed on`;
      answerError(response, this.call.via, new MicroError('gateway.upstream-failed', message, { cause: error }));
      upstream.destroy();
      return;
    }
    answer.on('error', () => response.destroy());
    answer.on('end', () => upstream.destroy());
    answer.pipe(response);
  }

  /** Gives the socket to the response object, which closes it after the answer. */
  private takeSocket(): void {
    const { response, socket } = this;
    response.assignSocket(socket as never);
    // Node does this for the sockets of its server alone; without it an answer that fills the socket would never go on.
    socket.on('drain', () => response.emit('drain'));
    response.once('finish', () => {
      socket.end();
      // A client that keeps its side open would keep the socket for ever.
      const late = this.host.clock.setTimeout(() => socket.destroy(), HALF_OPEN_MS);
      socket.once('close', () => late.dispose());
      socket.resume();
    });
  }
}

function upgradeHead(answer: IncomingMessage): string {
  let text = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`;
  // Connection and Upgrade belong to this answer: the client has to see what was agreed.
  for (let i = 0; i < answer.rawHeaders.length; i += 2)
    text += `${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}\r\n`;
  return `${text}\r\n`;
}

/** Joins two sockets: what one says the other hears, and neither outlives the other. */
function join(a: Duplex, b: Duplex, { clock }: Pick<ExchangeHost, 'clock'>): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('error', () => from.destroy());
    from.once('close', () => to.destroy());
    from.once('end', () => {
      const late = clock.setTimeout(() => {
        a.destroy();
        b.destroy();
      }, HALF_OPEN_MS);
      from.once('close', () => late.dispose());
    });
    from.pipe(to);
  }
}

/** Counts what two sockets read from now on, and what they had read ahead. */
function counterOf(client: Socket, clientAhead: number, node: Socket, nodeAhead: number): Tunnel['bytes'] {
  const clientBefore = client.bytesRead - clientAhead;
  const nodeBefore = node.bytesRead - nodeAhead;
  return () => ({ requestBytes: client.bytesRead - clientBefore, responseBytes: node.bytesRead - nodeBefore });
}
