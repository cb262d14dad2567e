import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** What a handler knows of the call that it answers; calls and log lines that it makes belong to the same trace. */
export interface CallContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The header that joins further calls to the trace. */
  readonly traceparent: string;
  /** When the caller gives up, ms since 1970; undefined: not known. */
  readonly deadline: number | undefined;
  /** Aborts when the caller went away or its deadline has passed. */
  readonly signal: AbortSignal;
  readonly headers: Headers;
}

const storage = new AsyncLocalStorage<CallContext>();

/** The call that is being answered, from wherever its handler leads; undefined outside of one. */
export function currentCall(): CallContext | undefined {
  return storage.getStore();
}

/** Runs `work` as part of a call. */
export function inCall<T>(context: CallContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of a call that came with these headers. */
export function contextOf(headers: Headers, signal: AbortSignal, timeoutMs: number | undefined): CallContext {
  const given = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(headers.get('traceparent') ?? '');
  const traceId = given?.[1] ?? randomBytes(16).toString('hex');
  return {
    traceId,
    traceparent: given?.[0] ?? `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    deadline: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
    signal,
    headers,
  };
}
