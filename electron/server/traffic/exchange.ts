import type { IncomingMessage, ServerResponse } from 'node:http';
import { type MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { RegistryNode } from '../registry/registry.ts';
import { Attempt } from './attempt.ts';
import type { AttemptClient, AttemptHost, Failure } from './attemptClient.ts';
import type { Call } from './call.ts';
import { isAnswered } from './clientSide.ts';
import { answerError } from './errorAnswer.ts';
import { type BodyFraming, framingOf } from './headers.ts';
import type { NodeChoice, Search } from './nodeChoice.ts';
import { requestHead } from './requestHead.ts';
import { withOwnerOf } from './strayRequest.ts';

/** Times that a request is sent again after a connection broke under it. One that breaks the service must not do so for ever. */
const MAX_REPEATS = 2;

/** What an exchange works with; one for all exchanges of a forwarder. */
export interface ExchangeHost extends AttemptHost {
  readonly choice: NodeChoice;
}

/** Is told that an answer is a stream. */
export interface StreamWatch {
  handleStream(): void;
}

/** One request on its way through: searched a node for, sent, answered. `call` is filled in as it happens. */
export class Exchange implements AttemptClient {
  readonly framing: BodyFraming;
  readonly isHead: boolean;
  readonly isSafe: boolean;
  head = '';
  private readonly search: Search;
  private attempt: Attempt | undefined;
  private isGone = false;
  /** Made when the search has to wait, which is rare. */
  private gone: AbortController | undefined;
  private repeats = 0;
  private unknown = false;

  constructor(
    private readonly host: ExchangeHost,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** Head of the request to the node, as a flat list of names and values. */
    private readonly headers: readonly string[],
    readonly call: Call,
    private readonly watch: StreamWatch,
    readonly corsOrigin: string | undefined,
  ) {
    this.search = host.choice.begin(call.to);
    this.framing = framingOf(request);
    const method = request.method ?? 'GET';
    this.isHead = method === 'HEAD';
    this.isSafe = this.framing === 'none' && isSafe(method);
  }

  /** Whether there is no service of this name; such a request is a mistake of its sender and no call. */
  get isUnknown(): boolean {
    return this.unknown;
  }

  /** Begins; it ends with the answer or an error answer. */
  run(): void {
    const { request, response, call } = this;
    // Either emits an error when the client goes while it is written or read; `close`, which comes once, tells the same.
    response.on('error', ignore);
    response.on('close', () => {
      if (!isAnswered(response)) this.leave();
    });
    if (this.framing !== 'none') {
      request.on('error', ignore);
      request.on('close', () => {
        if (!request.complete) this.leave();
      });
    }
    try {
      this.head = requestHead(request.method ?? 'GET', call.path, this.headers);
      this.next();
    } catch (error) {
      this.fail(toMicroError(error));
    }
  }

  handleStream(): void {
    this.watch.handleStream();
  }

  handleRequestBytes(chunk: Buffer): void {
    this.call.requestBytes += chunk.length;
    this.call.body?.take(chunk);
  }

  /** Goes to the next node; a search that has to wait is the only thing that takes time here. */
  private next(): void {
    const node = this.host.choice.chooseNow(this.search);
    if (node) {
      this.try(node);
      return;
    }
    this.gone ??= new AbortController();
    this.host.choice.choose(this.search, this.gone.signal).then(
      (found) => {
        if (found && !this.isGone) this.try(found);
      },
      (error: unknown) => this.fail(toMicroError(error)),
    );
  }

  private try(node: RegistryNode): void {
    this.attempt = new Attempt(this.host, this, node);
    this.attempt.start();
  }

  handleFailure(node: RegistryNode, failure: Failure): void {
    if (this.isGone) return;
    const { host, search } = this;
    if (failure === 'refused') {
      host.choice.refuse(search, node, 'refused');
      this.next();
    } else if (!('broke' in failure)) this.fail(failure);
    else if (this.repeats++ >= MAX_REPEATS) this.fail(failure.broke);
    else {
      host.upstreams.closeIdle(node.id);
      // A connection that had served before was merely closed; on a new one the node itself went down.
      if (!failure.reused) host.choice.refuse(search, node, failure.broke);
      this.next();
    }
  }

  private fail(error: MicroError): void {
    const { request, response, call } = this;
    if (this.isGone) return;
    this.unknown = error.code === 'gateway.no-service';
    call.error = error.message;
    request.resume();
    const told = call.via === 'gateway' ? withOwnerOf(error, request, (name) => this.host.choice.isKnown(name)) : error;
    answerError(response, call.via, told, this.corsOrigin);
  }

  /** The client is gone: what it asked for is of no use any more. */
  private leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.call.error ||= 'the caller went away';
    this.gone?.abort();
    this.attempt?.abort();
  }
}

function ignore(): void {}

/** Methods that ask and change nothing (RFC 9110, section 9.2.1); only they are sent twice when it is not known what became of them. */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
