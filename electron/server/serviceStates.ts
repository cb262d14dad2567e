import { Status } from '../../shared/contract/gen/state_pb.ts';
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
      };
    },
  };
}
