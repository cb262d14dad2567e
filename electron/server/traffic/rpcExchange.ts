import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { Call } from './call.ts';
import { isAnswered, writeAnswerHead } from './clientSide.ts';
import { corsHeaders } from './cors.ts';
import { answerError } from './errorAnswer.ts';
import type { ExchangeHost } from './exchange.ts';
import { type RpcError, rpcErrorOf } from './rpcError.ts';
import { MAX_MESSAGE_BYTES } from './rpcFrames.ts';
import { mergeRequest } from './rpcMessage.ts';
import { endpointPath, type RpcRoute } from './rpcRoutes.ts';
import { RpcStream } from './rpcStream.ts';
import type { UpstreamSessions } from './upstreamSessions.ts';

/**
 * A request over HTTP that is a call of an endpoint: a message is made of it, sent in gRPC as JSON, and answered in JSON. An
 * endpoint that is a stream is answered with a message a line, as they come.
 */
export class RpcExchange {
  /** Such a service is registered, else there were no route. */
  readonly isUnknown = false;
  private readonly gone = new AbortController();
  private stream: RpcStream | undefined;
  /** The message of an endpoint that is no stream. */
  private single: string | undefined;

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
    call.path = endpointPath(route);
    call.kind = 'grpc';
  }

  /** Runs to the answer or the error answer; never rejects. */
  async run(): Promise<void> {
    const { request, response, call, host, sessions, headers, route } = this;
    request.on('error', () => {});
    response.on('error', () => {});
    response.once('close', () => {
      if (!isAnswered(response)) this.leave();
    });
    try {
      const message = await this.message();
      const handleMessage = (json: string): boolean => this.handleMessage(json);
      this.stream = await RpcStream.open({ host, sessions, call, route, headers, handleMessage }, this.gone.signal);
      if (!this.stream) return;
      response.on('drain', () => this.stream?.resume());
      this.stream.send(message);
      this.stream.finish();
      const { grpcStatus, message: words } = await this.stream.ended;
      if (this.gone.signal.aborted) return;
      call.grpcStatus = grpcStatus;
      if (grpcStatus === 0) this.answer();
      else this.refuse(rpcErrorOf(call, words));
    } catch (thrown) {
      if (this.gone.signal.aborted) return;
      const error = toMicroError(thrown);
      call.error = error.message;
      request.resume();
      if (response.headersSent) response.destroy();
      else answerError(response, call.via, error, this.corsOrigin);
    }
  }

  private leave(): void {
    if (this.gone.signal.aborted) return;
    this.call.error ||= 'the caller went away';
    this.gone.abort();
    this.stream?.cancel();
  }

  private async message(): Promise<string> {
    const { request, route } = this;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      this.call.requestBytes += chunk.length;
      if (this.call.requestBytes > MAX_MESSAGE_BYTES) {
        throw new MicroError('api.invalid', `a request to an endpoint may have ${MAX_MESSAGE_BYTES} bytes at most`);
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
      const json = JSON.stringify(message);
      this.call.body?.take(Buffer.from(json));
      return json;
    } catch (error) {
      throw new MicroError('api.invalid', `the body cannot be read: ${(error as Error).message}`);
    }
  }

  private handleMessage(json: string): boolean {
    if (!this.route.isStream) {
      this.single ??= json;
      return true;
    }
    const { response } = this;
    if (response.destroyed) return true;
    if (!response.headersSent) this.begin(200, ['Content-Type', 'application/x-ndjson']);
    const line = `${json}\n`;
    this.call.responseBytes += Buffer.byteLength(line);
    return response.write(line);
  }

  private answer(): void {
    const text = this.single ?? '';
    if (this.response.headersSent) this.response.end();
    else if (text === '' || text === '{}') this.send(204, '');
    else this.send(200, text);
  }

  private refuse(error: RpcError): void {
    const { response, call } = this;
    call.error = error.detail || `gRPC status ${call.grpcStatus}`;
    if (!response.headersSent) {
      this.send(error.code, `${JSON.stringify(error)}\n`);
      return;
    }
    // The last line says why, and the connection that breaks off says that it is not complete.
    response.write(`${JSON.stringify(error)}\n`, () => response.destroy());
  }

  private send(status: number, text: string): void {
    const { response, call } = this;
    call.responseBytes = Buffer.byteLength(text);
    this.begin(
      status,
      text === '' ? [] : ['Content-Type', 'application/json', 'Content-Length', String(call.responseBytes)],
    );
    response.end(response.req.method === 'HEAD' ? undefined : text);
  }

  private begin(status: number, headers: string[]): void {
    const { response, corsOrigin } = this;
    writeAnswerHead(response, status, STATUS_CODES[status], [
      ...headers,
      ...(corsOrigin === undefined ? [] : corsHeaders(corsOrigin)),
    ]);
  }
}
