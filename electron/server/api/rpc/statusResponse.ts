import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServerMember, Service, StatusResponseSchema } from '../../../../shared/contract/gen/state_pb.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { unknownService } from './readLogs.ts';

/** The servers of an environment, where several form one, and what the others run. */
export interface EnvironmentServers {
  servers(): ServerMember[];
  elsewhere(): Service[];
}

/** The state of services: those of this server, and of others where several form one environment. Empty `names`: all. */
export function statusResponse(
  runtime: Pick<Runtime, 'service' | 'services' | 'projects'>,
  environment: EnvironmentServers,
  names: readonly string[],
): MessageInitShape<typeof StatusResponseSchema> {
  const servers = environment.servers();
  const self = servers.find((server) => server.self)?.name ?? '';
  const isAsked = ({ name }: { name: string }): boolean => names.length === 0 || names.includes(name);
  const elsewhere = environment.elsewhere().filter(isAsked);
  const services = runtime.services().filter(isAsked);
  const unknown = names.find((name) => ![...services, ...elsewhere].some((service) => service.name === name));
  if (unknown !== undefined) throw unknownService(unknown);
  return {
    services: self === '' ? services : services.map((service) => ({ ...service, server: self })),
    projects: runtime.projects(),
    servers,
    elsewhere,
  };
}
