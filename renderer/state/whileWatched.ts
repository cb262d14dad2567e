import { serverStore } from './serverState.ts';

/** ms before a stream that broke is asked for again; the banner has told the user of a lost connection by then. */
const retryMs = 1_000;

/** A stream of the server that runs only while somebody looks. */
export interface WatchedStream {
  /** Counts one more who looks; the result takes it back. For `useEffect`. */
  readonly subscribe: () => () => void;
  /** Ends the stream and begins it anew, when what it is asked for has changed. */
  readonly restart: () => void;
}

/**
 * Runs `follow` while at least one view is mounted, the window is visible and the server is there. When it ends or fails
 * it is begun again after a pause; `handleFailure` hears of what it failed with.
 */
export function whileWatched(
  follow: (signal: AbortSignal) => Promise<void>,
  handleFailure: (error: unknown) => void = () => {},
): WatchedStream {
  let watchers = 0;
  let running: AbortController | undefined;
  let unlisten: (() => void) | undefined;

  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await follow(signal);
      } catch (error) {
        if (!signal.aborted) handleFailure(error);
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  };

  const update = (): void => {
    const isConnected = serverStore.getState().connection.status === 'connected';
    const wanted = watchers > 0 && document.visibilityState === 'visible' && isConnected;
    if (wanted && !running) {
      running = new AbortController();
      void run(running.signal);
    } else if (!wanted && running) {
      running.abort();
      running = undefined;
    }
  };

  const listen = (): (() => void) => {
    document.addEventListener('visibilitychange', update);
    const leaveStore = serverStore.subscribe((state, before) => {
      if (state.connection !== before.connection) update();
    });
    return () => {
      document.removeEventListener('visibilitychange', update);
      leaveStore();
    };
  };

  return {
    subscribe: () => {
      watchers += 1;
      unlisten ??= listen();
      update();
      return () => {
        watchers -= 1;
        // In the same tick the next view often takes over.
        queueMicrotask(() => {
          if (watchers === 0) {
            unlisten?.();
            unlisten = undefined;
          }
          update();
        });
      };
    },
    restart: () => {
      running?.abort();
      running = undefined;
      update();
    },
  };
}
