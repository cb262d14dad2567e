import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Caller } from '../../auth/caller.ts';

/** A part of the API over plain HTTP. Who calls has shown a token and may use it, by the rules, when `handle` is asked. */
export interface HttpMount {
  /** Begins and ends with a slash; everything below it is the mount's, e.g. `/_events/`. */
  path: string;
  /** The package that it belongs to; rules name it. */
  name: string;
  /** Answers; must not throw. */
  handle(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    caller: Caller,
  ): void;
}
