import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import type { Instance } from './instance.ts';
import { serviceMessage, type ServiceView } from './serviceMessage.ts';
import { serviceStatus, type ShownStatus } from './serviceStatus.ts';

/** A service as it is at this moment. */
export interface SeenService extends Omit<ServiceView, 'shown' | 'since' | 'lastRun' | 'instances'> {
  instances: () => readonly Instance[];
  isRestarting: boolean;
  /** Why it was stopped last. */
  stopReason: string;
}

/** What is shown of a service that runs here: its status and since when it has it, and the number of its newest run. */
export class ShownService {
  private status: ShownStatus;
  /** ms since 1970. */
  private since: number;
  private lastRun = 0;

  constructor(
    private readonly now: () => number,
    private readonly see: () => SeenService,
  ) {
    this.status = this.describe();
    this.since = now();
  }

  /** As of the last {@link refresh}. */
  get current(): ShownStatus {
    return this.status;
  }

  /** Something of the service has changed. */
  refresh(): void {
    const status = this.describe();
    if (status.status !== this.status.status) this.since = this.now();
    this.status = status;
  }

  /** Its state as a message of the contract. */
  message(): Service {
    const seen = this.see();
    this.lastRun = Math.max(this.lastRun, ...seen.replicas.map((replica) => replica.current?.run ?? 0));
    const { status: shown, since, lastRun } = this;
    return serviceMessage({ ...seen, shown, since, lastRun, instances: seen.instances() });
  }

  private describe(): ShownStatus {
    const seen = this.see();
    return serviceStatus(seen.replicas, { ...seen, isWanted: seen.wanted });
  }
}
