import { useCallback, useEffect, useRef, useState } from 'react';
import type { TraceSummary } from '../../../shared/contract/gen/traces_pb.ts';
import { api } from '../../client/api.ts';
import { whileWatched } from '../../state/whileWatched.ts';
import { pageSize, requestOf, type TraceFilter } from './traceFilter.ts';

/** Traces kept of one list; older ones leave it while new ones come, and are asked for again at its end. */
const maxKept = 1000;

/** The same with what was asked for at the end of the list. */
const maxKeptWithOlder = 20_000;

/** Traces as they come, newest first. */
export interface LiveTraces {
  readonly traces: readonly TraceSummary[];
  /** Traces that came while the list was held still. */
  readonly waiting: number;
  readonly loaded: boolean;
  readonly error: unknown;
  /** Asks for older ones, when there are some; for the end of the list. */
  readonly loadOlder: () => void;
}

interface State {
  readonly key: string;
  readonly traces: readonly TraceSummary[];
  readonly loaded: boolean;
  readonly error: unknown;
  /** How many are kept. */
  readonly kept: number;
}

const begin = (key: string): State => ({ key, traces: [], loaded: false, error: undefined, kept: maxKept });

/** Puts new and changed traces into a list, newest first, in the order in which the server lists them. Exported for tests. */
export function mergeTraces(
  before: readonly TraceSummary[],
  fresh: readonly TraceSummary[],
  kept = maxKept,
): TraceSummary[] {
  const byId = new Map(before.map((trace) => [trace.traceId, trace]));
  for (const trace of fresh) byId.set(trace.traceId, trace);
  return [...byId.values()]
    .sort((a, b) => b.startedAt - a.startedAt || (a.traceId < b.traceId ? -1 : 1))
    .slice(0, kept);
}

/**
 * Follows the traces that match. While `held` the list does not move: traces in it still grow, new ones are counted and
 * appear when it is let go. It begins anew when the filter changes.
 */
export function useLiveTraces(filter: TraceFilter, held: boolean): LiveTraces {
  const key = JSON.stringify(requestOf(filter));
  const [state, setState] = useState<State>(() => begin(key));
  const current = state.key === key ? state : begin(key);
  if (current !== state) setState(current);

  useEffect(() => {
    const stream = whileWatched(
      async (signal) => {
        for await (const { traces } of api().traces.watchTraces(JSON.parse(key) as ReturnType<typeof requestOf>, {
          signal,
        })) {
          if (signal.aborted) return;
          setState((before) =>
            before.key === key
              ? {
                  ...before,
                  traces: mergeTraces(before.traces, traces, before.kept),
                  loaded: true,
                  error: undefined,
                }
              : before,
          );
        }
      },
      (error) => setState((before) => (before.key === key ? { ...before, error } : before)),
    );
    return stream.subscribe();
  }, [key]);

  const loadOlder = useOlder(key, current.traces, setState);

  const [still, setStill] = useState<{ key: string; ids: ReadonlySet<string>; oldest: number }>();
  const wanted = held
    ? still?.key === key
      ? still
      : {
          key,
          ids: new Set(current.traces.map(({ traceId }) => traceId)),
          oldest: current.traces.at(-1)?.startedAt ?? 0,
        }
    : undefined;
  if (wanted !== still) setStill(wanted);

  // What is older than the list has not come since it is held: it was asked for.
  const traces = wanted
    ? current.traces.filter(({ traceId, startedAt }) => wanted.ids.has(traceId) || startedAt <= wanted.oldest)
    : current.traces;
  const { loaded, error } = current;
  return { traces, waiting: current.traces.length - traces.length, loaded, error, loadOlder };
}

/** Asks for the page behind the last trace, one at a time, until there is none. */
function useOlder(
  key: string,
  traces: readonly TraceSummary[],
  setState: (change: (before: State) => State) => void,
): () => void {
  const last = traces.at(-1);
  /** What was asked for last, and whether it is still awaited or was the end: either way it is not asked for again. */
  const asked = useRef('');
  return useCallback(() => {
    if (!last) return;
    const page = `${key} ${last.startedAt} ${last.traceId}`;
    if (asked.current === page) return;
    asked.current = page;
    const request = { ...(JSON.parse(key) as ReturnType<typeof requestOf>), limit: pageSize };
    api()
      .traces.listTraces({ ...request, until: last.startedAt, untilTraceId: last.traceId })
      .then(({ traces: older }) => {
        if (older.length === 0) return;
        setState((before) => {
          if (before.key !== key) return before;
          const kept = Math.min(maxKeptWithOlder, Math.max(before.kept, before.traces.length + older.length + maxKept));
          return { ...before, kept, traces: mergeTraces(before.traces, older, kept) };
        });
      })
      // The live list says what is wrong with the server; the end of the list can be scrolled to again.
      .catch(() => (asked.current = ''));
  }, [key, last, setState]);
}
