import type { z } from 'zod';
import { currentCall } from './callContext.ts';
import type { Connection } from './connection.ts';
import { endpointName } from './endpoint.ts';
import { withRetries } from './retry.ts';
import { checked } from './schema.ts';
import { fromAnswer, ServiceError } from './serviceError.ts';
import { proxyOf } from './surroundings.ts';

/** ms that a call may take when nobody says; as long as the proxy holds calls of a service that is being replaced. */
const USUAL_TIMEOUT_MS = 30_000;
const USUAL_RETRIES = 2;

/** Options of one call. */
export interface CallOptions {
  /** ms for all attempts together; never longer than what is left to the call that is being answered. Usual: 30,000. */
  timeoutMs?: number;
  /** Further attempts, where they are safe. Usual: 2. */
  retries?: number;
  /** Twice is as good as once, so it may be retried after any passing failure. Usual: false. */
  idempotent?: boolean;
  signal?: AbortSignal;
}

/** Options of a call whose answer is checked. */
export interface CheckedCallOptions<S extends z.ZodType> extends CallOptions {
  response: S;
}

/** Calls to other services by their names, through the proxy: it knows where they are and draws them in the graph. */
export class Calls {
  constructor(private readonly connection: Connection) {}

  /**
   * Calls an endpoint: `call('catalog', 'Product', { id: 'tea' })`. `endpoint` is `Handler.Method`, or a method of the
   * handler that is named after the service. Rejects with what the service says, as a ServiceError.
   */
  async call<S extends z.ZodType>(
    service: string,
    endpoint: string,
    request: object,
    options: CheckedCallOptions<S>,
  ): Promise<z.output<S>>;
  async call(service: string, endpoint: string, request?: object, options?: CallOptions): Promise<unknown>;
  async call(
    service: string,
    endpoint: string,
    request: object = {},
    options: CallOptions & { response?: z.ZodType } = {},
  ): Promise<unknown> {
    const name = endpointName(service, endpoint);
    const body = JSON.stringify(request);
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    const response = await this.fetch(service, `/${name.replace('.', '/')}`, init, options);
    const text = await response.text();
    if (!response.ok) throw fromAnswer(response.status, text, service);
    const value = text === '' ? {} : (JSON.parse(text) as unknown);
    return options.response ? checked(options.response, value, `the answer of ${name}`) : value;
  }

  /**
   * An HTTP request to a service: `fetch('cart', '/items?visitor=7')`. Resolves with its answer, whatever the status; those
   * that another attempt may help are retried where `method` or `idempotent` makes that safe.
   */
  async fetch(service: string, path: string, init: RequestInit = {}, options: CallOptions = {}): Promise<Response> {
    const url = `${proxyOf(this.connection.surroundings)}/${service}${path}`;
    const given = [init.signal, options.signal, currentCall()?.signal].filter((one) => one != null);
    const { signal, timeoutMs, dispose } = limit(given, options.timeoutMs ?? USUAL_TIMEOUT_MS);
    const headers = new Headers({ ...this.connection.headers(), 'connect-timeout-ms': String(Math.ceil(timeoutMs)) });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const idempotent = options.idempotent ?? isSafe(init.method ?? 'GET');
    try {
      return await withRetries(
        async () => {
          const response = await fetch(url, { ...init, headers, signal });
          if (response.status < 500 && response.status !== 429 && response.status !== 408) return response;
          const text = await response.text();
          const error = fromAnswer(response.status, text, service);
          throw new AnsweredError(error, new Response(text, response));
        },
        { retries: options.retries ?? USUAL_RETRIES, idempotent, signal },
      );
    } catch (error) {
      if (error instanceof AnsweredError) return error.response;
      if (signal.aborted && given.every((one) => !one.aborted)) {
        throw new ServiceError(408, `${service} did not answer ${path} within ${Math.round(timeoutMs)} ms`, {
          cause: error,
        });
      }
      if (signal.aborted) throw error;
      const reason =
        (error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : String(error);
      throw new ServiceError(503, `${service} cannot be reached: ${reason}`, { cause: error });
    } finally {
      dispose();
    }
  }
}

/** An answer that may be retried, and is the answer when it is not. */
class AnsweredError extends ServiceError {
  constructor(
    error: ServiceError,
    readonly response: Response,
  ) {
    super(error.code, error.detail, { ...(error.error === undefined ? {} : { error: error.error }) });
  }
}

function isSafe(method: string): boolean {
  return /^(?:GET|HEAD|OPTIONS|PUT|DELETE)$/i.test(method);
}

/** A signal that aborts with any of `signals`, after `ms`, or when the call that is being answered has no time left. */
function limit(
  signals: readonly AbortSignal[],
  ms: number,
): { signal: AbortSignal; timeoutMs: number; dispose: () => void } {
  const deadline = currentCall()?.deadline;
  const timeoutMs = Math.max(1, deadline === undefined ? ms : Math.min(ms, deadline - Date.now()));
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  const dispose = (): void => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, timeoutMs, dispose };
}
