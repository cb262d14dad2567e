import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse, IncomingHttpHeaders } from 'node:http2';
import type { Call } from './call.ts';
import { addAnswerTrailers, writeAnswerHead } from './clientSide.ts';
import { corsHeaders } from './cors.ts';
import { decodedMessage, grpcMessage } from './grpcStatus.ts';
import { type WebForm, webTrailerFrame, webType } from './grpcWeb.ts';

/** The way back of one call of gRPC: head, frames and trailers of the service, in the form in which the caller asked. */
export class GrpcAnswer {
  private ended = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly form: WebForm,
    private readonly call: Call,
    private readonly corsOrigin: string | undefined,
  ) {}

  /** Whether the caller has been told everything. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** Passes the head on; `isAll` when nothing follows. Throws when a header must not be sent. */
  begin(head: IncomingHttpHeaders, isAll: boolean): void {
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
    noteStatus(call, head);
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

  /** Passes bytes on; false when the caller is too slow for more. */
  write(chunk: Buffer): boolean {
    this.call.responseBytes += chunk.length;
    return this.response.write(this.form === 'text' ? chunk.toString('base64') : chunk);
  }

  /** Ends the answer with the trailers of the service. */
  finish(trailers: IncomingHttpHeaders): void {
    const { response, form } = this;
    noteStatus(this.call, trailers);
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

  /** The service broke the call off: the caller must not take it for complete. */
  breakOff(): void {
    const { response } = this;
    this.call.error ||= 'the answer broke off';
    // Closing a stream with a code ends it in good order first; only destroying it resets it.
    if (response.req.httpVersionMajor < 2) response.destroy();
    else (response as unknown as Http2ServerResponse).stream.destroy(new Error(this.call.error));
  }

  /** Answers with a status of our own, or breaks off when an answer has begun. */
  fail(status: number, message: string): void {
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

function noteStatus(call: Call, headers: IncomingHttpHeaders): void {
  const status = headers['grpc-status'];
  if (status === undefined) return;
  call.grpcStatus = Number(status);
  if (call.grpcStatus === 0) return;
  call.error = decodedMessage(String(headers['grpc-message'] ?? '')) || `gRPC status ${String(status)}`;
}
