import { MicroError, toMicroError } from '../contract/errors.ts';
import { isCancelled } from './clientError.ts';
import type { MicroClient } from './microClient.ts';
import { emptyState, type MicroState, reduceState } from './stateReducer.ts';

/** ms before the first new attempt after a lost connection: a restarted server is usually back by then. */
const FIRST_RETRY_MS = 100;

/** Longest ms between two attempts; a server that comes back late is seen within this time. */
const MAX_RETRY_MS = 3_000;

/** Whether what is shown is what is. `lost`: the state is the last one heard, a new attempt follows in `retryInMs`. */
export type WatchConnection =
  | { status: 'connecting' }
  | { status: 'connected' }
  | { status: 'lost'; error: MicroError; retryInMs: number };

/** Who hears of the state. */
export interface WatchListener {
  /** Each new state, beginning with the snapshot. */
  handleState(state: MicroState): void;
  handleConnection?(connection: WatchConnection): void;
}

/**
 * Follows the state of a server until `signal` aborts, over lost connections: each new one begins with a whole snapshot,
 * so nothing has to be caught up. Resolves when aborted; rejects when no attempt can help (the token is refused).
 */
export async function watchState(
  client: Pick<MicroClient, 'desktop'>,
  listener: WatchListener,
  signal: AbortSignal,
): Promise<void> {
  let state = emptyState;
  let retryInMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    listener.handleConnection?.({ status: 'connecting' });
    let lost: MicroError;
    try {
      for await (const message of client.desktop.watch({}, { signal })) {
        if (signal.aborted) return;
        if (message.event.case === 'snapshot') {
          retryInMs = FIRST_RETRY_MS;
          listener.handleConnection?.({ status: 'connected' });
        }
        state = reduceState(state, message);
        listener.handleState(state);
      }
      lost = new MicroError('server.unreachable', 'the server closed the connection', { retryable: true });
    } catch (error) {
      if (signal.aborted) return;
      lost = isCancelled(error)
        ? new MicroError('server.unreachable', 'the server cut the connection', { retryable: true, cause: error })
        : toMicroError(error);
      if (lost.kind === 'denied') throw lost;
    }
    if (signal.aborted) return;
    listener.handleConnection?.({ status: 'lost', error: lost, retryInMs });
    await pause(retryInMs, signal);
    retryInMs = Math.min(retryInMs * 2, MAX_RETRY_MS);
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
