import { useEffect, useState } from 'react';
import type { TraceSummary } from '../../../shared/contract/gen/traces_pb.ts';
import { api } from '../../client/api.ts';
import { whileWatched } from '../../state/whileWatched.ts';
import { requestOf, type TraceFilter } from './traceFilter.ts';

/** Traces kept of one list; older ones leave it while new ones come, and are found again by the filter. */
const maxKept = 1000;

/** Traces as they come, newest first. */
export interface LiveTraces {
  readonly traces: readonly TraceSummary[];
  /** Traces that came while the list was held still. */
  readonly waiting: number;
  readonly loaded: boolean;
  readonly error: unknown;
}

interface State {
  readonly key: string;
  readonly traces: readonly TraceSummary[];
  readonly loaded: boolean;
  readonly error: unknown;
}

/** Puts new and changed traces into a list, newest first. Exported for tests. */
export function mergeTraces(before: readonly TraceSummary[], fresh: readonly TraceSummary[]): TraceSummary[] {
  const byId = new Map(before.map((trace) => [trace.traceId, trace]));
  for (const trace of fresh) byId.set(trace.traceId, trace);
  return [...byId.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, maxKept);
}

/**
 * Follows the traces that match. While `held` the list does not move: traces in it still grow, new ones are counted and
 * appear when it is let go. It begins anew when the filter changes.
 */
export function useLiveTraces(filter: TraceFilter, held: boolean): LiveTraces {
  const key = JSON.stringify(requestOf(filter));
  const [state, setState] = useState<State>({ key, traces: [], loaded: false, error: undefined });
  const current = state.key === key ? state : { key, traces: [], loaded: false, error: undefined };
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
              ? { key, traces: mergeTraces(before.traces, traces), loaded: true, error: undefined }
              : before,
          );
        }
      },
      (error) => setState((before) => (before.key === key ? { ...before, error } : before)),
    );
    return stream.subscribe();
  }, [key]);

  const [still, setStill] = useState<{ key: string; ids: ReadonlySet<string> }>();
  const wanted = held
    ? still?.key === key
      ? still
      : { key, ids: new Set(current.traces.map(({ traceId }) => traceId)) }
    : undefined;
  if (wanted !== still) setStill(wanted);

  const traces = wanted ? current.traces.filter(({ traceId }) => wanted.ids.has(traceId)) : current.traces;
  return { traces, waiting: current.traces.length - traces.length, loaded: current.loaded, error: current.error };
}
