import type { IncomingMessage, ServerResponse } from 'node:http';
import http2 from 'node:http2';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import { CORE_KIND, type RegistryNode } from '../registry/registry.ts';
import type { Call } from './call.ts';
import { isAnswered } from './clientSide.ts';
import type { ExchangeHost } from './exchange.ts';
import { GrpcAnswer } from './grpcAnswer.ts';
import { upstreamHeaders } from './grpcRequest.ts';
import { grpcStatusOf, timeoutOf } from './grpcStatus.ts';
import { grpcType, type WebForm, WebTextDecoder, webForm } from './grpcWeb.ts';
import type { Search } from './nodeChoice.ts';
import { answerTooLate } from './upstreamErrors.ts';
import type { UpstreamSessions } from './upstreamSessions.ts';

/** ms after the deadline that the caller set in which the service may still say so itself. */
const DEADLINE_GRACE_MS = 1000;

/**
 * One call of gRPC on its way through: frames pass as they are, both ways at once, and the trailers after them. gRPC-Web
 * is made gRPC for the service, so that browsers can call services that speak gRPC alone.
 */
export class GrpcExchange {
  private readonly gone = new AbortController();
  private readonly search: Search;
  private readonly form: WebForm;
  private upstream: http2.ClientHttp2Stream | undefined;
  private unknown = false;
  private readonly answer: GrpcAnswer;

  constructor(
    private readonly host: ExchangeHost,
    private readonly sessions: UpstreamSessions,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly headers: readonly string[],
    private readonly call: Call,
    corsOrigin: string | undefined,
  ) {
    this.search = host.choice.begin(call.to);
    this.form = webForm(request.headers['content-type'] ?? '');
    this.answer = new GrpcAnswer(response, this.form, call, corsOrigin);
    call.kind = 'grpc';
  }

  /** Whether there is no service of this name. */
  get isUnknown(): boolean {
    return this.unknown;
  }

  /** Runs to the answer or the error answer; never rejects. */
  async run(): Promise<void> {
    const { request, response } = this;
    request.on('error', () => {});
    response.on('error', () => {});
    response.once('close', () => {
      if (!isAnswered(response)) this.leave();
    });
    try {
      for (;;) {
        const node = await this.host.choice.choose(this.search, this.gone.signal);
        if (!node) return;
        if (await this.attempt(node)) return;
        this.host.choice.refuse(this.search, node, 'refused');
      }
    } catch (thrown) {
      const error = toMicroError(thrown);
      this.unknown = error.code === 'gateway.no-service';
      this.call.error = error.message;
      request.resume();
      this.answer.fail(grpcStatusOf(error), error.message);
    }
  }

  private leave(): void {
    if (this.gone.signal.aborted) return;
    this.call.error ||= 'the caller went away';
    this.gone.abort();
    this.upstream?.close(http2.constants.NGHTTP2_CANCEL);
  }

  /** True when the node took the call; false when it refused the connection. */
  private async attempt(node: RegistryNode): Promise<boolean> {
    const { host, call, answer } = this;
    const opened = await this.sessions.open(call.to, node).catch(() => undefined);
    if (!opened) return false;
    if (this.gone.signal.aborted) return true;
    host.inFlight.begin(node.id);
    try {
      await new Promise<void>((resolve, reject) => {
        const upstream = opened.session.request(this.head(node), { endStream: false });
        this.upstream = upstream;
        this.upload(upstream);
        let trailers: IncomingHttpHeaders | undefined;
        let hasHead = false;
        const deadlineMs = timeoutOf(this.request.headers['grpc-timeout'] as string | undefined);
        const late =
          deadlineMs === undefined
            ? undefined
            : host.clock.setTimeout(() => {
                reject(answerTooLate(call.to, deadlineMs));
                upstream.close(http2.constants.NGHTTP2_CANCEL);
              }, deadlineMs + DEADLINE_GRACE_MS);
        upstream.on('response', (head, flags) => {
          hasHead = true;
          call.node = node.id;
          const isAll = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
          try {
            answer.begin(head, isAll);
          } catch (error) {
            reject(error as Error);
            upstream.close(http2.constants.NGHTTP2_CANCEL);
          }
        });
        upstream.on('trailers', (received) => {
          trailers = received;
        });
        upstream.on('data', (chunk: Buffer) => {
          if (!answer.write(chunk)) upstream.pause();
        });
        this.response.on('drain', () => upstream.resume());
        upstream.on('end', () => {
          // Without trailers it may be that the service broke off: the close tells.
          if (hasHead && trailers) answer.finish(trailers);
        });
        upstream.on('error', () => {});
        upstream.on('close', () => {
          late?.dispose();
          if (this.gone.signal.aborted || answer.isEnded) resolve();
          else if (hasHead && upstream.rstCode === 0) {
            call.error ||= 'the answer ended without a status';
            answer.finish({});
            resolve();
          } else if (hasHead) {
            answer.breakOff();
            resolve();
          } else reject(noAnswer(call.to, opened.speaksHttp2, upstream.rstCode));
        });
      });
    } finally {
      host.inFlight.end(node.id);
    }
    return true;
  }

  private upload(upstream: http2.ClientHttp2Stream): void {
    const { request, call } = this;
    const decoder = this.form === 'text' ? new WebTextDecoder() : undefined;
    request.on('data', (chunk: Buffer) => {
      call.requestBytes += chunk.length;
      const bytes = decoder ? decoder.push(chunk) : chunk;
      call.body?.take(bytes);
      if (!upstream.closed && !upstream.write(bytes)) request.pause();
    });
    upstream.on('drain', () => request.resume());
    request.on('end', () => {
      if (!upstream.closed) upstream.end();
    });
    upstream.on('close', () => request.resume());
  }

  private head(node: RegistryNode): OutgoingHttpHeaders {
    const { headers } = this.request;
    const head = upstreamHeaders(this.call.path, this.headers);
    const asked = (headers[':authority'] as string | undefined) ?? headers.host ?? 'localhost';
    // Our own API answers for its own name alone.
    head[':authority'] = node.metadata.kind === CORE_KIND ? `${node.address}:${node.port}` : asked;
    if (this.form !== 'none') head['content-type'] = grpcType(headers['content-type'] ?? '');
    return head;
  }
}

function noAnswer(service: string, speaksHttp2: boolean, code: number): MicroError {
  const what = speaksHttp2 ? `broke the call off (HTTP/2 code ${code})` : 'does not speak HTTP/2, which gRPC needs';
  return new MicroError('gateway.upstream-failed', `service "${service}" ${what}`, {
    details: { service },
    next: `look into its log: micro logs ${service}`,
  });
}
