import type { IncomingMessage } from 'node:http';
import { type AccessEntry, entryOf } from './accessEntry.ts';
import type { Call, Via } from './call.ts';
import { withoutSecrets } from './secretParameters.ts';
import type { Caller, TrafficOptions } from './trafficOptions.ts';

/** Characters of a path and of an error that are kept with a call: what is longer would fill memory ten thousand times. */
const MAX_TEXT = 4096;

/** Tells calls and the ends of requests to whoever counts and logs them. */
export class CallTeller {
  constructor(
    private readonly options: Pick<TrafficOptions, 'onDidCall' | 'onDidAnswer'>,
    private readonly via: Via,
  ) {}

  /** Tells a call, once who made it is known. */
  tell(call: Call, { from }: Caller): void {
    // The call is nobody else's: no copies, since a flood of calls would have the garbage collector carry each of them.
    call.path = cut(withoutSecrets(call.path));
    call.error = cut(call.error);
    if (typeof from === 'string') {
      call.from = from;
      this.options.onDidCall(call);
      return;
    }
    void from.then((name) => {
      call.from = name;
      this.options.onDidCall(call);
    });
  }

  /** Tells the end of a request for the access log. */
  tellAnswer(
    request: IncomingMessage,
    call: Call,
    { from }: Caller,
    end: Pick<AccessEntry, 'status' | 'durationMs' | 'requestBytes' | 'responseBytes'>,
  ): void {
    const { onDidAnswer } = this.options;
    if (!onDidAnswer) return;
    const entry = entryOf(this.via, request, call.at);
    entry.status = end.status;
    entry.durationMs = end.durationMs;
    entry.requestBytes = end.requestBytes;
    entry.responseBytes = end.responseBytes;
    entry.call = call;
    if (typeof from === 'string') {
      call.from = from;
      onDidAnswer(entry);
      return;
    }
    void from.then((name) => {
      call.from = name;
      onDidAnswer(entry);
    });
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
