import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { EndpointsResponse } from '../../../shared/contract/gen/calls_pb.ts';
import { api } from '../../client/api.ts';
import { useService } from '../../state/serverState.ts';

/** What a service offers; asked for again when it was started anew. */
export function useEndpoints(service: string): UseQueryResult<EndpointsResponse> {
  const known = useService(service === '' ? undefined : service);
  return useQuery({
    queryKey: ['endpoints', service, known?.status, known?.run],
    queryFn: ({ signal }) => api().console.endpoints({ service }, { signal }),
    enabled: service !== '',
    placeholderData: (previous, old) => (old?.queryKey[1] === service ? previous : undefined),
  });
}
