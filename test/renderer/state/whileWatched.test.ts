import { afterEach, describe, expect, it, vi } from 'vitest';
import { serverStore } from '../../../renderer/state/serverState.ts';
import { whileWatched } from '../../../renderer/state/whileWatched.ts';

/** Runs until it is aborted, as a stream of the server does. */
const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const connection = serverStore.getState().connection;

function setConnected(isConnected: boolean): void {
  serverStore.setState({ connection: { ...connection, status: isConnected ? 'connected' : 'connecting' } as never });
}

afterEach(() => {
  vi.restoreAllMocks();
  serverStore.setState({ connection });
});

describe('a stream that runs while somebody looks', () => {
  it('runs once for all who look, only with a server, and ends with the last', async () => {
    const running = new Set<AbortSignal>();
    const stream = whileWatched(async (signal) => {
      running.add(signal);
      await untilAborted(signal);
      running.delete(signal);
    });
    const leaveFirst = stream.subscribe();
    const leaveSecond = stream.subscribe();
    expect(running.size).toBe(0);
    setConnected(true);
    expect(running.size).toBe(1);
    leaveFirst();
    await settle();
    expect(running.size).toBe(1);
    leaveSecond();
    await settle();
    expect(running.size).toBe(0);
  });

  it('leaves no listener behind, and takes them up again with the next who looks', async () => {
    setConnected(true);
    const added = vi.spyOn(document, 'addEventListener');
    const removed = vi.spyOn(document, 'removeEventListener');
    const count = (spy: typeof added | typeof removed): number =>
      spy.mock.calls.filter(([type]) => type === 'visibilitychange').length;
    for (let i = 1; i <= 3; i++) {
      let runs = 0;
      const stream = whileWatched(async (signal) => {
        runs += 1;
        await untilAborted(signal);
      });
      stream.subscribe()();
      await settle();
      const leave = stream.subscribe();
      expect(runs).toBe(2);
      leave();
      await settle();
      expect(count(added)).toBe(2 * i);
      expect(count(removed)).toBe(2 * i);
      setConnected(false);
      setConnected(true);
      expect(runs).toBe(2);
    }
  });
});
