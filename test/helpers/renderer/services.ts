import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { emptyState, type MicroState } from '../../../shared/client/stateReducer.ts';
import { Kind, ProjectSchema, type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';

/** A running service of the project `shop`, with what the test is about. */
export function makeService(init: MessageInitShape<typeof ServiceSchema>): Service {
  return create(ServiceSchema, { project: 'shop', kind: Kind.SERVICE, status: Status.RUNNING, wanted: true, ...init });
}

/** The state of a server with the open project `shop` and these services. */
export function stateWith(services: readonly Service[]): MicroState {
  return {
    ...emptyState,
    projects: new Map([['shop', create(ProjectSchema, { name: 'shop', folder: '/srv/shop' })]]),
    services: new Map(services.map((service) => [service.name, service])),
  };
}
