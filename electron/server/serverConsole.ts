import { join } from 'node:path';
import { contractServices } from './api/api.ts';
import { systemClock } from './base/clock.ts';
import { CallConsole } from './calls/callConsole.ts';
import { CallHistory } from './calls/callHistory.ts';
import { EndpointCatalog } from './calls/endpointCatalog.ts';
import { SavedCalls } from './calls/savedCalls.ts';
import { seenMessages } from './calls/seenMessages.ts';
import type { Registry } from './registry/registry.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { Call } from './traffic/call.ts';
import type { RecentCalls } from './traffic/recentCalls.ts';

/** Calls of a service, newest first, that are looked through for endpoints. */
const MAX_SEEN = 2000;

/** What the call console of a server works with. */
export interface ServerConsoleOptions {
  home: string;
  registry: Registry;
  recentCalls: RecentCalls;
  runtime: Runtime;
  /** The gateway's address; empty until it listens. */
  gateway: () => string;
  /** Opens the core services. */
  token: string;
}

/** Makes the call console of a server with what it keeps: endpoints, history, saved calls. */
export function createServerConsole({ home, registry, recentCalls, runtime, gateway, token }: ServerConsoleOptions) {
  const catalog = new EndpointCatalog({
    registry,
    seen: (service) => recentCalls.find({ to: service }, MAX_SEEN),
    contract: contractServices,
    clock: systemClock,
  });
  const callHistory = new CallHistory(join(home, 'calls.json'), systemClock);
  const console = new CallConsole({
    catalog,
    history: callHistory,
    services: () => [...new Set([...runtime.services(), ...registry.list()].map((service) => service.name))],
    variables: async (name) => {
      if (!runtime.service(name)) return new Map();
      const { variables } = await runtime.environment(name, true);
      return new Map(variables.map((variable) => [variable.name, variable.value]));
    },
    gateway,
    tokenFor: (service) => (registry.isCore(service) ? token : undefined),
    clock: systemClock,
  });
  return {
    ...{ console, catalog, callHistory },
    savedCalls: new SavedCalls(() => runtime.projects()),
    seenMessages: (call: Call) => seenMessages(call, catalog),
  };
}
