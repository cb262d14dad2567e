import { Kind, type Service, Status } from '../../shared/contract/gen/state_pb.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ServiceState, ServiceStates } from './traffic/serviceStates.ts';

/** What traffic asks about services, answered by the runtime. */
export function serviceStates(runtime: Runtime): ServiceStates {
  return {
    onDidChange: runtime.onDidChange,
    names: () => runtime.services().map((service) => service.name),
    state(name): ServiceState | undefined {
      const service = runtime.service(name);
      if (!service) return undefined;
      const coming = service.status >= Status.PENDING && service.status <= Status.RUNNING;
      return {
        status: Status[service.status].toLowerCase(),
        reason: service.reason,
        expected: service.wanted && (coming || service.status === Status.STOPPING),
        takesNone: whyNone(service),
      };
    },
  };
}

function whyNone({ kind, status, instances }: Service): string | undefined {
  if (kind === Kind.TASK) return 'it is a task';
  const isHere = status === Status.RUNNING && instances.every(({ address }) => address === '');
  return isHere ? 'it runs and has no port' : undefined;
}
