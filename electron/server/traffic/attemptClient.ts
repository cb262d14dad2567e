import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MicroError } from '../../../shared/contract/errors.ts';
import type { RegistryNode } from '../registry/registry.ts';
import type { Clock } from '../base/clock.ts';
import type { Call } from './call.ts';
import type { Deadlines } from './deadlines.ts';
import type { BodyFraming } from './headers.ts';
import type { InFlight } from './inFlight.ts';
import type { Upstreams } from './upstreams.ts';

/** What attempts work with; one for all of a forwarder. */
export interface AttemptHost {
  readonly clock: Clock;
  readonly upstreams: Upstreams;
  readonly inFlight: InFlight;
  readonly deadlines: Deadlines;
  readonly answerTimeoutMs: number;
}

/** One request and where its answer goes. */
export interface AttemptClient {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The head as it is sent to the node. */
  readonly head: string;
  readonly framing: BodyFraming;
  readonly isHead: boolean;
  /** It asks and changes nothing, and has no body: it may be sent twice. */
  readonly isSafe: boolean;
  /** Is filled in as it happens. */
  readonly call: Call;
  /** Origin of a page that may read the answer, when the service says nothing about it. */
  readonly corsOrigin: string | undefined;
  /** The answer is a stream that has begun; it may never end. */
  handleStream(): void;
  /** Bytes of the body that go to the node. */
  handleRequestBytes(chunk: Buffer): void;
  /** The try ended without an answer. */
  handleFailure(node: RegistryNode, failure: Failure): void;
}

/**
 * How one try at a node ended, when not with an answer: it did not take the connection; it broke the connection under a
 * request that may be sent again (`reused`: one that had served before); or it failed for good.
 */
export type Failure = 'refused' | { broke: MicroError; reused: boolean } | MicroError;
