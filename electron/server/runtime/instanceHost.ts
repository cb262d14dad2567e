import type { Dialer } from '../host/dialer.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ResolvedEnvironment } from './environment.ts';
import type { Journal } from './journal.ts';
import type { LocalRuntimeOptions } from './options.ts';
import type { Slots } from './slots.ts';
import type { PortAllocator } from './portAllocator.ts';
import type { ProbePace } from './probePace.ts';

/** What instances of all services share. */
export interface InstanceHost
  extends Pick<
    LocalRuntimeOptions,
    | 'clock'
    | 'logger'
    | 'launcher'
    | 'ptyLauncher'
    | 'trees'
    | 'processes'
    | 'registry'
    | 'logs'
    | 'inFlight'
    | 'terminals'
    | 'watcher'
    | 'home'
  > {
  dialer: Dialer;
  journal: Journal;
  /** Limits how many builds run at once. */
  buildSlots: Slots;
  ports: PortAllocator;
  pace: ProbePace;
  /** Says something to the user beside the status of a service. */
  notify(level: 'info' | 'warn' | 'error', service: string, text: string, code?: string): void;
  environment(spec: ServiceSpec, port: number | undefined, instanceId: string): Promise<ResolvedEnvironment>;
}
