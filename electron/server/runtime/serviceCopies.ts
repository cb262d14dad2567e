import { MicroError } from '../../../shared/contract/errors.ts';
import type { TreeKey } from '../host/processTree.ts';
import { isLack } from './configReferences.ts';
import type { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import { Replica } from './replica.ts';
import type { ReplicaOwner } from './replicaOwner.ts';
import type { Copies } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

/** The copies of one service: those that are wanted, and those that go. */
export class ServiceCopies {
  /** Those that are wanted. */
  readonly all: Replica[];
  /** Copies that are not wanted any more and go. */
  private readonly leaving = new Set<Replica>();
  private halting = 0;

  constructor(
    private readonly host: InstanceHost,
    private readonly owner: ReplicaOwner,
  ) {
    this.all = Array.from({ length: owner.spec.replicas }, () => new Replica(host, owner));
  }

  private get withLeaving(): Replica[] {
    return [...this.all, ...this.leaving];
  }

  /** All of them are being ended for a restart. */
  get areRestarting(): boolean {
    return this.halting > 0;
  }
  /** Nothing of them runs or is on its way. */
  get areResting(): boolean {
    return !this.areRestarting && this.withLeaving.every((replica) => !replica.isActive);
  }
  /** None of them has started yet: each waits for what the service needs. */
  get onlyWait(): boolean {
    return this.all.every((replica) => replica.state.phase === 'waiting' && replica.instances.size === 0);
  }
  /** One of them waits for another service. */
  get waitForOthers(): boolean {
    return this.all.some(
      ({ state }) =>
        state.phase === 'waiting' && (state.wait.blocked !== undefined || state.wait.waitingFor.length > 0),
    );
  }
  /** One of them serves. */
  get serve(): boolean {
    return this.all.some((replica) => replica.current?.phase === 'ready');
  }
  /** One of them could not be started for want of a value of the config. */
  get lackConfig(): boolean {
    return this.all.some(({ state }) => state.phase === 'idle' && isLack(state.code));
  }
  get attempts(): number {
    return Math.max(...this.all.map((replica) => replica.restarts));
  }
  get instances(): Instance[] {
    return this.withLeaving.flatMap((replica) => [...replica.instances]);
  }
  get trees(): TreeKey[] {
    return this.instances.filter((instance) => instance.pid !== 0).map((instance) => instance.key);
  }
  get counts(): Copies {
    return {
      wanted: this.all.length,
      ready: this.all.filter(({ state, current }) => state.phase === 'live' && current?.phase === 'ready').length,
      leaving: this.leaving.size,
      failed: this.all.some(({ state, restarts }) => (state.phase === 'idle' && state.failed) || restarts >= 3),
    };
  }

  /** Begins to keep all of them running. */
  begin(...start: Parameters<Replica['begin']>): void {
    for (const replica of this.all) replica.begin(...start);
  }

  /** Ends all of them, also those that go already. Their stop has begun when this returns. */
  async halt(request: StopRequest): Promise<void> {
    await Promise.all(this.withLeaving.map((replica) => replica.halt(request)));
  }

  /** Until what it returns is called, copies that end are part of a restart. */
  announceRestart(): () => void {
    this.halting++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.halting--;
    };
  }

  /**
   * Ends every copy; until they are gone this is a restart and no stop. `cause`: why new ones are started as they were, which
   * are prepared meanwhile.
   */
  async haltForRestart(why: string, cause?: string): Promise<void> {
    const end = this.announceRestart();
    const { spec } = this.owner;
    if (cause !== undefined && !spec.build) for (const replica of this.all) replica.next.prepare(cause, spec.port);
    try {
      await Promise.all(this.all.map((replica) => replica.halt({ why, replaced: true })));
    } finally {
      end();
    }
  }

  /** A copy beside the first one that serves is started in a moment, and is prepared until then. */
  prepareRoll(cause: string): void {
    this.all.find(({ current }) => current?.phase === 'ready')?.next.prepare(cause, 'auto');
  }

  /** What was prepared and is not under way is not started after all. */
  dropPrepared(): void {
    for (const replica of this.withLeaving) replica.next.drop();
  }

  /** Throws `api.invalid` when the service cannot have so many. */
  checkCount(count: number): void {
    const { name, kind, port } = this.owner.spec;
    if (kind === 'task' && count !== 1) throw new MicroError('api.invalid', `${name} is a task, it runs once`);
    if (typeof port === 'number' && count > 1) {
      throw new MicroError('api.invalid', `${count} copies of ${name} cannot share port ${port}`, {
        next: 'Write port: auto in micro.yaml; the gateway finds each copy.',
      });
    }
  }

  /** Adds or takes away copies while the others go on. New ones are started when the service `isWanted`. */
  setCount(count: number, isWanted: boolean): void {
    while (this.all.length < count) {
      const replica = new Replica(this.host, this.owner);
      this.all.push(replica);
      if (isWanted) replica.begin(`scaled to ${count}`);
    }
    for (const replica of this.all.splice(count)) {
      this.leaving.add(replica);
      void replica.leave(`scaled to ${count}`).finally(() => {
        this.leaving.delete(replica);
        this.owner.changed();
      });
    }
  }
}
