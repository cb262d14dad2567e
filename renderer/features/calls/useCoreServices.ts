import { useQuery } from '@tanstack/react-query';
import { coreServices } from '../../../shared/client/coreServices.ts';
import { api } from '../../client/api.ts';
import { useServices } from '../../state/serverState.ts';

/** Names of the services of micro itself that can be called; those whose name a service of the user has are none. */
export function useCoreServices(): readonly string[] {
  const services = useServices();
  const { data = [] } = useQuery({
    queryKey: ['core-services'],
    queryFn: ({ signal }) => coreServices(api(), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data.filter((name) => !services.has(name));
}
