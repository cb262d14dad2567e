import { useEffect, useState } from 'react';
import type { Call, CallsRequest } from '../../shared/contract/gen/traffic_pb.ts';
import { api } from '../client/api.ts';
import { whileWatched } from './whileWatched.ts';

/** Calls kept of one list; the server keeps more, which are asked for by filter. */
const maxKept = 500;

/** Which calls a list is about; what is absent does not narrow it. */
export type CallFilter = Partial<Pick<CallsRequest, 'from' | 'to' | 'failedOnly' | 'traceId' | 'text' | 'limit'>>;

/** Calls as they come, newest first. */
export interface LiveCalls {
  readonly calls: readonly Call[];
  /** Calls that came too fast to be told one by one. */
  readonly skipped: number;
  /** Calls that came while the list was held still. */
  readonly waiting: number;
  /** Undefined while the first answer is on its way. */
  readonly loaded: boolean;
  readonly error: unknown;
}

const nothing: LiveCalls = { calls: [], skipped: 0, waiting: 0, loaded: false, error: undefined };

function withNew(before: readonly Call[], fresh: readonly Call[]): readonly Call[] {
  const known = new Set(before.map(({ id }) => id));
  const added = fresh.filter(({ id }) => !known.has(id));
  return [...added, ...before].sort((a, b) => b.id - a.id).slice(0, maxKept);
}

/**
 * Follows the calls that match. While `held` nothing moves: new ones are counted, and appear when it is let go. The list
 * begins anew when the filter changes.
 */
export function useLiveCalls(filter: CallFilter, held = false): LiveCalls {
  const key = JSON.stringify(filter);
  const [state, setState] = useState<{ key: string; live: LiveCalls; back: readonly Call[] }>({
    key,
    live: nothing,
    back: [],
  });
  const current = state.key === key ? state : { key, live: nothing, back: [] };
  if (current !== state) setState(current);

  useEffect(() => {
    let isFirst = true;
    const stream = whileWatched(
      async (signal) => {
        isFirst = true;
        for await (const { calls, skipped } of api().traffic.watchCalls(JSON.parse(key) as CallFilter, { signal })) {
          if (signal.aborted) return;
          const wasFirst = isFirst;
          isFirst = false;
          setState((before) => {
            if (before.key !== key) return before;
            // The first answer after a break tells what is now; it may hold what came meanwhile.
            const back = wasFirst && !before.live.loaded ? [...calls] : withNew(before.back, calls);
            const live = { ...before.live, loaded: true, error: undefined, skipped: before.live.skipped + skipped };
            return { key, live, back };
          });
        }
      },
      (error) => setState((before) => ({ ...before, live: { ...before.live, error } })),
    );
    return stream.subscribe();
  }, [key]);

  const [stillAt, setStillAt] = useState<{ key: string; calls: readonly Call[] }>();
  const still = held ? (stillAt?.key === key ? stillAt : { key, calls: current.back }) : undefined;
  if (still !== stillAt) setStillAt(still);

  const calls = still ? still.calls : current.back;
  const waiting = still ? current.back.filter(({ id }) => id > (still.calls[0]?.id ?? 0)).length : 0;
  return { ...current.live, calls, waiting };
}
