import type { Event } from '../base/event.ts';

/** What traffic has to know about a service that has no ready node at the moment. */
export interface ServiceState {
  /** Status in the product's words, e.g. `starting`. */
  status: string;
  /** Why, in plain words; may be empty. */
  reason: string;
  /** A ready instance is to come without anybody doing something: the service is wanted and on its way. */
  expected: boolean;
  /** Why it takes no requests, whatever becomes of it; absent: it does. */
  takesNone?: string | undefined;
}

/** What is known of the services that the runtime looks after. */
export interface ServiceStates {
  /** Undefined when no such service is known. */
  state(name: string): ServiceState | undefined;
  /** Names of all services that are known. */
  names(): string[];
  /** Fires when the state of some services changed. */
  readonly onDidChange: Event<{ services: ReadonlySet<string> }>;
}
