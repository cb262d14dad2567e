import type { Watch } from '@kubernetes/client-node';
import { type Clock, sleep } from '../../base/clock.ts';
import type { Connection } from './connection.ts';

/** A watch that the server ends sooner than this is not begun again at once, ms: something between here and there ends them all. */
const shortMs = 1000;

/**
 * The client's watch without three faults of 1.4.0: a failure to log in (a plug-in of the kubeconfig that ends with an error)
 * was a rejection that nobody can catch, which ends the process; watches that end at once were begun again without a pause; and
 * the end of one that was given up for a newer one ended the newer one.
 */
export function watcher({ client, kubeConfig }: Pick<Connection, 'client' | 'kubeConfig'>, clock: Clock): Watch {
  const watch = new client.Watch(kubeConfig);
  const original = watch.watch.bind(watch);
  let newest = 0;
  watch.watch = async (path, query, handleEvent, handleEnd) => {
    const begunAt = clock.monotonic();
    newest += 1;
    const own = newest;
    const end = async (error: unknown): Promise<void> => {
      const leftMs = shortMs - (clock.monotonic() - begunAt);
      if (!error && leftMs > 0) await sleep(clock, leftMs);
      const isGivenUp = own !== newest || (error as Error | null)?.name === 'AbortError';
      if (!isGivenUp) handleEnd(error);
    };
    try {
      return await original(path, query, handleEvent, (error) => void end(error));
    } catch (error) {
      await end(error);
      return new AbortController();
    }
  };
  return watch;
}
