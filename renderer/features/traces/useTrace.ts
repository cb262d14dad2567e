import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { GetTraceResponse } from '../../../shared/contract/gen/traces_pb.ts';
import { api } from '../../client/api.ts';

/** ms after the start of a trace in which further spans of it are looked for: services report theirs in batches. */
const growsMs = 15_000;

/** ms between two looks at a trace that may still grow. */
const lookAgainMs = 2_000;

/** One trace with all its spans; a young one is asked for again until its services have reported everything. */
export function useTrace(traceId: string): UseQueryResult<GetTraceResponse> {
  return useQuery({
    queryKey: ['trace', traceId],
    queryFn: ({ signal }) => api().traces.getTrace({ traceId }, { signal }),
    refetchInterval: ({ state }) => {
      const summary = state.data?.summary;
      if (!summary) return state.error ? false : lookAgainMs;
      const age = Date.now() - (summary.startedAt + summary.durationMs);
      return age < growsMs ? lookAgainMs : false;
    },
  });
}
