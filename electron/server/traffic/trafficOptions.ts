import type { Registry } from '../registry/registry.ts';
import type { AccessEntry } from './accessEntry.ts';
import type { Call } from './call.ts';
import type { Callers } from './callers.ts';
import type { TrafficGuard } from './guard.ts';
import type { InFlight } from './inFlight.ts';
import type { RecentTraces } from './recentTraces.ts';
import type { ServiceStates } from './serviceStates.ts';

/** What gateway and proxy forward with. */
export interface TrafficOptions {
  registry: Registry;
  states: ServiceStates;
  inFlight: InFlight;
  /** Is told every call, see {@link Call}. */
  onDidCall: (call: Call) => void;
  /** Is told every request once it has come to its end, also those that are no calls. */
  onDidAnswer?: ((entry: AccessEntry) => void) | undefined;
  /** Bytes of the body of each request that are kept; asked at each. Default: none. */
  keptBodyBytes?: (() => number) | undefined;
  /** Tells who calls when the request does not say so. */
  callers: Pick<Callers, 'callerOf'>;
  /** Keeps out who may not call a service. Absent: everybody may. */
  guard?: TrafficGuard | undefined;
  /** ms for the head of an answer. Default: two minutes. */
  answerTimeoutMs?: number | undefined;
  /** ms that a request waits for a service that is on its way. Default: ten seconds. */
  holdMs?: number | undefined;
  /** Is kept: the local ports of connections in HTTP/2 to services, by which a service of micro itself knows its gateway. */
  ownPorts?: Set<number> | undefined;
  /** Is told the trace of each request that begins. */
  recentTraces?: Pick<RecentTraces, 'add'> | undefined;
}

/** Who calls, and what must not be passed on. */
export interface Caller {
  /** Name of the service, or OUTSIDE; a promise while it is being found out. */
  from: string | Promise<string>;
  /** Leave `authorization` out: it carries a token of ours, which is nobody else's business. */
  dropAuthorization: boolean;
  /** Origin of a page that may read the answer, when the service says nothing about it. */
  corsOrigin?: string | undefined;
}
