import type { IncomingMessage, ServerResponse } from 'node:http';
import http2 from 'node:http2';
import type { Http2ServerResponse, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { RegistryNode } from '../registry/registry.ts';
import type { Call } from './call.ts';
import { addAnswerTrailers, isAnswered, writeAnswerHead } from './clientSide.ts';
import { corsHeaders } from './cors.ts';
import type { ExchangeHost } from './exchange.ts';
import { grpcMessage, grpcStatusOf, timeoutOf } from './grpcStatus.ts';
import { grpcType, type WebForm, WebTextDecoder, webForm, webTrailerFrame, webType } from './grpcWeb.ts';
import type { Search } from './nodeChoice.ts';
import { answerTooLate } from './upstreamErrors.ts';
import type { UpstreamSessions } from './upstreamSessions.ts';

/** ms after the deadline that the caller set in which the service may still say so itself. */
const DEADLINE_GRACE_MS = 1000;

/** Headers that belong to one connection or are made anew in HTTP/2. */
const DROPPED = new Set(['host', 'connection', 'transfer-encoding', 'content-length', 'keep-alive', 'upgrade', 'te']);

/** Whether a request is a call of gRPC or gRPC-Web. */
export function isGrpc(request: IncomingMessage): boolean {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/grpc')) return false;
  // Without HTTP/2 gRPC has no way back for its trailers; only the form for browsers works there.
  return request.httpVersionMajor >= 2 || webForm(type) !== 'none';
}

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
  private ended = false;

  constructor(
    private readonly host: ExchangeHost,
    private readonly sessions: UpstreamSessions,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly headers: readonly string[],
    private readonly call: Call,
    private readonly corsOrigin: string | undefined,
  ) {
    this.search = host.choice.begin(call.to);
    this.form = webForm(request.headers['content-type'] ?? '');
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
      this.fail(grpcStatusOf(error), error.message);
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
    const { host, call } = this;
    const opened = await this.sessions.open(call.to, node).catch(() => undefined);
    if (!opened) return false;
    if (this.gone.signal.aborted) return true;
    host.inFlight.begin(node.id);
    try {
      await new Promise<void>((resolve, reject) => {
        const upstream = opened.session.request(this.upstreamHeaders(), { endStream: false });
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
            this.answer(head, isAll);
          } catch (error) {
            reject(error as Error);
            upstream.close(http2.constants.NGHTTP2_CANCEL);
          }
        });
        upstream.on('trailers', (received) => {
          trailers = received;
        });
        upstream.on('data', (chunk: Buffer) => {
          call.responseBytes += chunk.length;
          const out = this.form === 'text' ? chunk.toString('base64') : chunk;
          if (!this.response.write(out)) upstream.pause();
        });
        this.response.on('drain', () => upstream.resume());
        upstream.on('end', () => {
          // Without trailers it may be that the service broke off: the close tells.
          if (hasHead && trailers) this.finish(trailers);
        });
        upstream.on('error', () => {});
        upstream.on('close', () => {
          late?.dispose();
          if (this.gone.signal.aborted || this.ended) resolve();
          else if (hasHead && upstream.rstCode === 0) {
            call.error ||= 'the answer ended without a status';
            this.finish({});
            resolve();
          } else if (hasHead) {
            this.breakOff();
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
      if (!upstream.closed && !upstream.write(bytes)) request.pause();
    });
    upstream.on('drain', () => request.resume());
    request.on('end', () => {
      if (!upstream.closed) upstream.end();
    });
    upstream.on('close', () => request.resume());
  }

  private upstreamHeaders(): OutgoingHttpHeaders {
    const out: Record<string, string | string[]> = {
      ':method': 'POST',
      ':path': this.call.path,
      ':scheme': 'http',
      ':authority':
        (this.request.headers[':authority'] as string | undefined) ?? this.request.headers.host ?? 'localhost',
      te: 'trailers',
    };
    for (let i = 0; i < this.headers.length; i += 2) {
      const name = (this.headers[i] as string).toLowerCase();
      const value = this.headers[i + 1] as string;
      if (DROPPED.has(name)) continue;
      const known = out[name];
      out[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
    }
    if (this.form !== 'none') out['content-type'] = grpcType(this.request.headers['content-type'] ?? '');
    return out;
  }

  private answer(head: IncomingHttpHeaders, isAll: boolean): void {
    const { response, form, call } = this;
    const status = Number(head[':status'] ?? 502);
    const flat: string[] = [];
    for (const [name, value] of Object.entries(head)) {
      if (name.startsWith(':') || name === 'content-length' || value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) flat.push(name, one);
    }
    if (form !== 'none') {
      const at = flat.indexOf('content-type');
      if (at >= 0) flat[at + 1] = webType(flat[at + 1] as string, form);
    }
    if (this.corsOrigin !== undefined && head['access-control-allow-origin'] === undefined) {
      flat.push(...corsHeaders(this.corsOrigin));
    }
    this.noteStatus(head);
    if (status !== 200 && call.grpcStatus === undefined) call.error = `answered ${status} instead of a gRPC status`;
    writeAnswerHead(response, status, undefined, flat);
    if (isAll) {
      // The status stands in the head, and there is nothing else.
      this.ended = true;
      response.end();
    } else {
      response.flushHeaders();
    }
  }

  private finish(trailers: IncomingHttpHeaders): void {
    const { response, form } = this;
    this.noteStatus(trailers);
    this.ended = true;
    const flat = Object.entries(trailers).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).flatMap((one) => (one === undefined ? [] : [name, one])),
    );
    if (form === 'none') addAnswerTrailers(response, flat);
    else if (flat.length > 0) {
      const frame = webTrailerFrame(flat);
      response.write(form === 'text' ? frame.toString('base64') : frame);
    }
    response.end();
  }

  private noteStatus(headers: IncomingHttpHeaders): void {
    const status = headers['grpc-status'];
    if (status === undefined) return;
    this.call.grpcStatus = Number(status);
    if (this.call.grpcStatus === 0) return;
    this.call.error =
      decodeURIComponentSafely(String(headers['grpc-message'] ?? '')) || `gRPC status ${String(status)}`;
  }

  /** The service broke the call off: the caller must not take it for complete. */
  private breakOff(): void {
    const { response } = this;
    this.call.error ||= 'the answer broke off';
    // Closing a stream with a code ends it in good order first; only destroying it resets it.
    if (response.req.httpVersionMajor < 2) response.destroy();
    else (response as unknown as Http2ServerResponse).stream.destroy(new Error(this.call.error));
  }

  private fail(status: number, message: string): void {
    const { response, form, call } = this;
    call.grpcStatus = status;
    if (response.headersSent) {
      this.breakOff();
      return;
    }
    this.ended = true;
    const type = form === 'none' ? 'application/grpc' : webType('application/grpc', form);
    writeAnswerHead(response, 200, undefined, [
      ...['content-type', type, 'grpc-status', String(status), 'grpc-message', grpcMessage(message)],
      ...(this.corsOrigin === undefined ? [] : corsHeaders(this.corsOrigin)),
    ]);
    response.end();
  }
}

function noAnswer(service: string, speaksHttp2: boolean, code: number): MicroError {
  const what = speaksHttp2 ? `broke the call off (HTTP/2 code ${code})` : 'does not speak HTTP/2, which gRPC needs';
  return new MicroError('gateway.upstream-failed', `service "${service}" ${what}`, {
    details: { service },
    next: `look into its log: micro logs ${service}`,
  });
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
