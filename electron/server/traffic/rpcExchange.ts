import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import http2 from 'node:http2';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { RegistryNode } from '../registry/registry.ts';
import type { Call } from './call.ts';
import { isAnswered, writeAnswerHead } from './clientSide.ts';
import { corsHeaders } from './cors.ts';
import { answerError } from './errorAnswer.ts';
import type { ExchangeHost } from './exchange.ts';
import { mergeRequest } from './rpcMessage.ts';
import type { RpcRoute } from './rpcRoutes.ts';
import { answerTooLate, upstreamBroke } from './upstreamErrors.ts';
import type { UpstreamSessions } from './upstreamSessions.ts';

/** Bytes of a body or an answer that are taken, as micro has it: a message has to be whole before it can be sent. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** HTTP statuses of gRPC's, as micro maps them. */
const STATUS: Readonly<Record<number, number>> = {
  3: 400,
  4: 408,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  11: 400,
  12: 501,
  14: 503,
  16: 401,
};

/** Headers that speak of the body or the connection, which are both made anew. */
const DROPPED =
  /^(?:host|connection|transfer-encoding|content-length|content-type|keep-alive|upgrade|te|accept-encoding|expect)$/;

/** A request over HTTP that is a call of an endpoint: a message is made of it, sent in gRPC as JSON, and answered in JSON. */
export class RpcExchange {
  /** Such a service is registered, else there were no route. */
  readonly isUnknown = false;
  private readonly gone = new AbortController();
  private upstream: http2.ClientHttp2Stream | undefined;

  constructor(
    private readonly host: ExchangeHost,
    private readonly sessions: UpstreamSessions,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly headers: readonly string[],
    private readonly call: Call,
    private readonly route: RpcRoute,
    private readonly corsOrigin: string | undefined,
  ) {
    call.path = `/${route.service}.${route.endpoint.replace('.', '/')}`;
    call.kind = 'grpc';
  }

  /** Runs to the answer or the error answer; never rejects. */
  async run(): Promise<void> {
    const { request, response, call } = this;
    request.on('error', () => {});
    response.on('error', () => {});
    response.once('close', () => {
      if (!isAnswered(response)) this.leave();
    });
    try {
      const message = await this.message();
      const search = this.host.choice.begin(call.to);
      for (;;) {
        const node = await this.host.choice.choose(search, this.gone.signal);
        if (!node) return;
        if (await this.attempt(node, message)) return;
        this.host.choice.refuse(search, node, 'refused');
      }
    } catch (thrown) {
      if (this.gone.signal.aborted) return;
      const error = toMicroError(thrown);
      call.error = error.message;
      request.resume();
      answerError(response, call.via, error, this.corsOrigin);
    }
  }

  private leave(): void {
    if (this.gone.signal.aborted) return;
    this.call.error ||= 'the caller went away';
    this.gone.abort();
    this.upstream?.close(http2.constants.NGHTTP2_CANCEL);
  }

  private async message(): Promise<Buffer> {
    const { request, route } = this;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      this.call.requestBytes += chunk.length;
      this.call.body?.take(chunk);
      if (this.call.requestBytes > MAX_BODY_BYTES) {
        throw new MicroError('api.invalid', `a request to an endpoint may have ${MAX_BODY_BYTES} bytes at most`);
      }
      chunks.push(chunk);
    }
    try {
      const message = mergeRequest({
        target: request.url ?? '/',
        params: route.params,
        contentType: request.headers['content-type'] ?? '',
        body: Buffer.concat(chunks).toString(),
      });
      return Buffer.from(JSON.stringify(message));
    } catch (error) {
      throw new MicroError('api.invalid', `the body cannot be read: ${(error as Error).message}`);
    }
  }

  private async attempt(node: RegistryNode, message: Buffer): Promise<boolean> {
    const { host, call } = this;
    const opened = await this.sessions.open(call.to, node).catch(() => undefined);
    if (!opened) return false;
    if (this.gone.signal.aborted) return true;
    host.inFlight.begin(node.id);
    try {
      await new Promise<void>((resolve, reject) => {
        const upstream = opened.session.request(this.upstreamHeaders());
        this.upstream = upstream;
        const late = host.clock.setTimeout(() => {
          reject(answerTooLate(call.to, host.answerTimeoutMs));
          upstream.close(http2.constants.NGHTTP2_CANCEL);
        }, host.answerTimeoutMs);
        let head: IncomingHttpHeaders = {};
        let trailers: IncomingHttpHeaders = {};
        const chunks: Buffer[] = [];
        let bytes = 0;
        upstream.on('response', (headers) => {
          head = headers;
          call.node = node.id;
        });
        upstream.on('trailers', (headers) => {
          trailers = headers;
        });
        upstream.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > MAX_BODY_BYTES) upstream.close(http2.constants.NGHTTP2_CANCEL);
        });
        upstream.on('error', () => {});
        upstream.on('close', () => {
          late.dispose();
          const all = { ...head, ...trailers };
          if (this.gone.signal.aborted) resolve();
          else if (all['grpc-status'] === undefined) {
            const why = opened.speaksHttp2 ? 'it ended without a status' : 'it does not speak gRPC';
            reject(upstreamBroke(call.to, new Error(why)));
          } else {
            this.answer(all, Buffer.concat(chunks));
            resolve();
          }
        });
        const frame = Buffer.alloc(5);
        frame.writeUInt32BE(message.length, 1);
        upstream.end(Buffer.concat([frame, message]));
      });
    } finally {
      host.inFlight.end(node.id);
    }
    return true;
  }

  private upstreamHeaders(): OutgoingHttpHeaders {
    const out: Record<string, string> = {
      ':method': 'POST',
      ':path': this.call.path,
      ':scheme': 'http',
      'content-type': 'application/grpc+json',
      te: 'trailers',
    };
    for (let i = 0; i < this.headers.length; i += 2) {
      const name = (this.headers[i] as string).toLowerCase();
      if (!DROPPED.test(name)) out[name] = this.headers[i + 1] as string;
    }
    return out;
  }

  private answer(headers: IncomingHttpHeaders, body: Buffer): void {
    const { call } = this;
    call.grpcStatus = Number(headers['grpc-status']);
    if (call.grpcStatus !== 0) {
      const error = errorOf(call, decoded(String(headers['grpc-message'] ?? '')));
      call.error = error.detail || `gRPC status ${call.grpcStatus}`;
      this.send(error.code, `${JSON.stringify(error)}\n`);
      return;
    }
    const message = body.length > 5 ? body.subarray(5, 5 + body.readUInt32BE(1)).toString() : '';
    if (message === '' || message === '{}') this.send(204, '');
    else this.send(200, message);
  }

  private send(status: number, text: string): void {
    const { response, corsOrigin, call } = this;
    call.responseBytes = Buffer.byteLength(text);
    const head = text === '' ? [] : ['Content-Type', 'application/json', 'Content-Length', String(call.responseBytes)];
    writeAnswerHead(response, status, STATUS_CODES[status], [
      ...head,
      ...(corsOrigin === undefined ? [] : corsHeaders(corsOrigin)),
    ]);
    response.end(response.req.method === 'HEAD' ? undefined : text);
  }
}

/** micro's services send their error as JSON in the message; others a plain sentence. */
function errorOf(call: Call, message: string): { id: string; code: number; detail: string; status: string } {
  const code = STATUS[call.grpcStatus ?? 0] ?? 500;
  const plain = { id: call.to, code, detail: message, status: STATUS_CODES[code] ?? '' };
  try {
    const own = JSON.parse(message) as Partial<typeof plain>;
    const given = typeof own.code === 'number' && own.code >= 400 && own.code < 600 ? own.code : code;
    return {
      id: String(own.id ?? call.to),
      code: given,
      detail: String(own.detail ?? message),
      status: STATUS_CODES[given] ?? '',
    };
  } catch {
    return plain;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
