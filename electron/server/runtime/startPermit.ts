import type { ServiceSpec } from '../project/serviceSpec.ts';

/** Says which services may be started on this server, where several servers form one environment. */
export interface StartPermit {
  /** Resolves when these may start here. Rejects with `project.elsewhere` or `engine.unavailable`, and then nothing starts. */
  obtain(specs: readonly ServiceSpec[]): Promise<void>;
  /** Whether a service that ran comes back by itself when the server is started anew. Else who permits starts it. */
  comesBack(spec: ServiceSpec): boolean;
}
