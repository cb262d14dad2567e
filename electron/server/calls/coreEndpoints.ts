import { createRegistry, type DescService } from '@bufbuild/protobuf';
import { grpcEndpoint } from './grpcEndpoint.ts';
import type { Offer } from './offer.ts';

/** What the services of one package of the contract offer, with its types. Endpoints are called as in the registry: `Store.Read`. */
export function coreEndpoints(contract: readonly DescService[], name: string): Offer {
  const services = contract.filter(({ file }) => file.proto.package === name);
  return {
    endpoints: services.flatMap((service) =>
      service.methods.map((method) => grpcEndpoint(service, method, 'registry', `${service.name}.${method.name}`)),
    ),
    notes: [],
    types: createRegistry(...services),
  };
}
