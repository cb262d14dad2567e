import { cpus } from 'node:os';
import { type Dialer, networkDialer } from '../host/dialer.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ResolvedEnvironment } from './environment.ts';
import { Journal } from './journal.ts';
import type { LocalRuntimeOptions } from './options.ts';
import { Slots } from './slots.ts';
import { PortAllocator } from './portAllocator.ts';
import { ProbePace } from './probePace.ts';

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

/** What all instances of a runtime share; `notify` and `environment` are the runtime's own. */
export function createInstanceHost(
  options: LocalRuntimeOptions,
  own: Pick<InstanceHost, 'notify' | 'environment'>,
): InstanceHost {
  return {
    ...options,
    ...own,
    dialer: options.dialer ?? networkDialer,
    journal: new Journal(options.home, options.files),
    ports: new PortAllocator(options.ports, options.processes),
    pace: new ProbePace(),
    // One core is left for what already runs.
    buildSlots: new Slots(Math.max(1, cpus().length - 1)),
  };
}
