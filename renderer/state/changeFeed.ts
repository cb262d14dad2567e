import { bridge } from '../client/platform.ts';
import { type WatchedStream, whileWatched } from './whileWatched.ts';

/**
 * Hears of changes while somebody looks. In the desktop app a stream of the server tells of them. A browser allows six
 * connections to one server, and streams that are open for long would keep the others waiting: there `handle` is called
 * with `anew` once a second, so that one looks anew.
 */
export function changeFeed<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  anew: T,
  handle: (change: T) => void,
): WatchedStream {
  return whileWatched(async (signal) => {
    if (!bridge) {
      handle(anew);
      return;
    }
    for await (const change of open(signal)) {
      if (signal.aborted) return;
      handle(change);
    }
  });
}
