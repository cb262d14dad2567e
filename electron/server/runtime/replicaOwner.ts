import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { WaitState } from './replicaState.ts';

/** The service that a copy belongs to. */
export interface ReplicaOwner {
  readonly spec: ServiceSpec;
  /** Resolves when every dependency is there; tells `onWait` what it waits for. Rejects when `signal` aborts. */
  waitForDependencies(onWait: (wait: WaitState) => void, signal: AbortSignal): Promise<void>;
  /** Builds when that is due. The log of the build becomes the log of the run; undefined: nothing was built. */
  build(cause: string, onBuilding: () => void, signal: AbortSignal): Promise<RunLogWriter | undefined>;
  newInstanceId(): string;
  changed(): void;
}
