import type { Dialer } from '../host/dialer.ts';
import type { Clock } from '../base/clock.ts';
import type { ProcessInfo, ProcessTable } from '../host/processTable.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ProbePace, Proof } from './probePace.ts';

/** The instance that is to prove its readiness, as the proof sees it. */
export interface ReadinessSubject {
  readonly spec: ServiceSpec;
  /** The port it was given. */
  readonly port: number | undefined;
  /** Set while it is debugged: the ports that its debuggers are known to listen on; never its address. */
  readonly debuggerPorts?: ReadonlySet<number> | undefined;
  /** Its first process, which usually is the one that listens. */
  readonly pid?: number;
  /** Every process of its tree. */
  members(): Promise<ProcessInfo[]>;
  /** Runs the exec check; undefined when it passed, else why not. */
  execute(signal: AbortSignal): Promise<string | undefined>;
  /** Resolves when its output had the wanted line. */
  readonly lineSeen: Promise<void>;
  /** Is told why it is not ready yet, whenever that changes. */
  notYet(problem: string): void;
}

/** What the proof needs of the world. */
export interface ReadinessHost {
  clock: Clock;
  dialer: Dialer;
  processes: Pick<ProcessTable, 'listeners' | 'listensOn'>;
  /** Shared by all proofs of a server. */
  pace: ProbePace;
}

/** What the proof of one start needs of it. */
export interface ProofHost extends Omit<ReadinessHost, 'pace'> {
  proof: Pick<Proof, 'intervals'>;
}
