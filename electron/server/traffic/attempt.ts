import type { MicroError } from '../../../shared/contract/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { RegistryNode } from '../registry/registry.ts';
import type { AnswerHead } from './answerHead.ts';
import type { AttemptClient, AttemptHost } from './attemptClient.ts';
import { addAnswerTrailers, endWith, hintsOf, lingerFor, writeAnswerHead } from './clientSide.ts';
import { corsHeaders } from './cors.ts';
import type { Limited } from './deadlines.ts';
import { passedTrailers, responseHeaders } from './headers.ts';
import { CONNECT_TIMEOUT_MS } from './limits.ts';
import { Upload } from './upload.ts';
import type { ConnectionUser, UpstreamConnection } from './upstreamConnection.ts';
import { answerTooLate, answerUnusable, isClosed, upstreamBroke } from './upstreamErrors.ts';

/**
 * ms without progress that the rest of an upload gets after the service has answered. A service that still reads goes on as
 * long as it likes; one that forgot about the body must not hold the client's connection.
 */
const EARLY_ANSWER_GRACE_MS = 5000;

/** One try at a node: the request sent over one connection, and the answer passed to the client as it comes. */
export class Attempt implements ConnectionUser, Limited {
  deadlineSlot = -1;
  private readonly connection: UpstreamConnection;
  private readonly upload: Upload | undefined;
  private state: 'connecting' | 'sent' | 'answering' | 'answered' | 'ended' = 'connecting';
  private connecting: Disposable | undefined;
  /** Monotonic ms when the last piece of the body went out. */
  private movedAt = 0;
  private headIsAlone = false;
  private isPaused = false;

  constructor(
    private readonly host: AttemptHost,
    private readonly client: AttemptClient,
    private readonly node: RegistryNode,
  ) {
    this.connection = host.upstreams.take(client.call.to, node, client.isSafe);
    const { request, framing } = client;
    if (framing !== 'none') {
      this.upload = new Upload(
        request,
        this.connection,
        framing,
        (chunk) => this.handleMoved(chunk),
        () => this.releaseWhenDone(),
      );
    }
  }

  start(): void {
    const { host, client, connection } = this;
    host.inFlight.begin(this.node.id);
    connection.begin(this, client.isHead);
    if (connection.isOpen) {
      this.handleOpen();
      return;
    }
    const giveUp = (): void => connection.destroy(new Error('no connection'));
    this.connecting = host.clock.setTimeout(giveUp, CONNECT_TIMEOUT_MS);
  }

  /** The client is gone. */
  abort(): void {
    if (this.state === 'ended') return;
    this.end();
    this.connection.destroy();
  }

  /** The body is read only once the node took the connection, so a refused try has consumed nothing. */
  handleOpen(): void {
    const { host, client, connection, upload } = this;
    this.stopConnecting();
    this.state = 'sent';
    connection.write(client.head);
    this.movedAt = host.clock.monotonic();
    host.deadlines.add(this);
    upload?.start();
  }

  handleDrain(): void {
    this.upload?.goOn();
  }

  /** 100, 102 and 103; a hint that is not well-formed is left out, and HTTP/1.0 knows none (RFC 9110, section 15.2). */
  handleInterim({ status, headers }: AnswerHead): void {
    const { request, response } = this.client;
    if (request.httpVersion === '1.0') return;
    try {
      if (status === 100) response.writeContinue();
      if (status === 102) response.writeProcessing();
      if (status === 103) response.writeEarlyHints(hintsOf(headers));
    } catch {
      // Hints are allowed to get lost.
    }
  }

  handleHead(head: AnswerHead): void {
    const { host, client, node } = this;
    const { response, call, corsOrigin } = client;
    host.deadlines.delete(this);
    this.state = 'answering';
    call.node = node.id;
    const headers = responseHeaders(head.headers, head.connection);
    if (corsOrigin !== undefined && !head.namesOrigin) headers.push(...corsHeaders(corsOrigin));
    if (this.upload && !this.upload.isDone) lingerFor(response);
    try {
      writeAnswerHead(response, head.status, head.reason, headers);
    } catch (error) {
      this.fail(answerUnusable(call.to, error));
      return;
    }
    this.headIsAlone = true;
    if (head.contentType.startsWith('text/event-stream')) client.handleStream();
  }

  handleBody(chunk: Buffer, isLast: boolean): void {
    if (this.state !== 'answering') return;
    const { response, call } = this.client;
    call.responseBytes += chunk.length;
    this.headIsAlone = false;
    if (isLast) endWith(response, chunk);
    else if (!response.write(Buffer.from(chunk)) && !this.isPaused) {
      this.isPaused = true;
      this.connection.pause();
      response.once('drain', () => {
        this.isPaused = false;
        // By now it may serve another request.
        if (this.state === 'answering') this.connection.resume();
      });
    }
  }

  handleEnd(trailers: string[]): void {
    if (this.state !== 'answering') return;
    const { response } = this.client;
    this.state = 'answered';
    if (!response.writableEnded) {
      if (trailers.length > 0) addAnswerTrailers(response, passedTrailers(trailers));
      response.end();
    }
    if (this.upload && !this.upload.isDone) {
      // It has been answered and still gets what the client sends, as long as it takes it.
      this.movedAt = this.host.clock.monotonic();
      this.host.deadlines.add(this);
    }
    this.releaseWhenDone();
  }

  /** A head that comes alone is sent alone; one that comes with the body goes out in one packet with it. */
  handleRead(): void {
    const { response } = this.client;
    if (this.headIsAlone && this.state === 'answering' && !response.destroyed) response.flushHeaders();
    this.headIsAlone = false;
  }

  handleClosed(error: Error | undefined): void {
    const { state } = this;
    if (state === 'ended') return;
    const { call, response, isSafe } = this.client;
    const reason = error ?? new Error('it closed the connection');
    this.end();
    if (state === 'answering') {
      // The client must not take it for complete.
      call.error ||= `the answer broke off (${reason.message})`;
      response.destroy();
    } else if (state === 'connecting') this.client.handleFailure(this.node, 'refused');
    else if (state === 'sent') {
      const broke = upstreamBroke(call.to, reason);
      const mayRepeat = isSafe && isClosed(reason);
      this.client.handleFailure(this.node, mayRepeat ? { broke, reused: this.connection.served > 0 } : broke);
    }
  }

  private handleMoved(chunk: Buffer): void {
    this.movedAt = this.host.clock.monotonic();
    this.client.handleRequestBytes(chunk);
  }

  /** Whether the node has done nothing for too long. */
  checkLate(): void {
    const { host, client, connection, upload, state } = this;
    const now = host.clock.monotonic();
    // The client is the one who is waited for; the node's time begins when it has sent something.
    if (state === 'sent' && upload && !upload.isDone && !connection.needsDrain) this.movedAt = now;
    const limitMs = state === 'answered' ? EARLY_ANSWER_GRACE_MS : host.answerTimeoutMs;
    if (now - this.movedAt < limitMs) return;
    if (state === 'answered') {
      this.end();
      connection.destroy();
    } else this.fail(answerTooLate(client.call.to, limitMs));
  }

  private fail(error: MicroError): void {
    this.end();
    this.connection.destroy();
    this.client.handleFailure(this.node, error);
  }

  private releaseWhenDone(): void {
    if (this.state !== 'answered' || (this.upload && !this.upload.isDone)) return;
    this.end();
    this.host.upstreams.release(this.connection);
  }

  private stopConnecting(): void {
    this.connecting?.dispose();
    this.connecting = undefined;
  }

  private end(): void {
    const { client, upload, state } = this;
    this.state = 'ended';
    this.stopConnecting();
    this.host.deadlines.delete(this);
    this.host.inFlight.end(this.node.id);
    if (!upload || upload.isDone) return;
    upload.stop();
    // What is left of an upload that nobody wants is read and dropped, so that the client gets to the answer.
    if (state === 'answered' || state === 'answering') client.request.resume();
  }
}
