import { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred } from '../base/async.ts';
import { errorText } from '../base/logger.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import { Backoff } from './backoff.ts';
import type { Instance } from './instance.ts';
import type { InstanceEnd } from './instanceEnd.ts';
import type { InstanceHost } from './instanceHost.ts';
import { keepRunning, type KeptReplica } from './keepRunning.ts';
import { NextInstance } from './nextInstance.ts';
import type { InstanceStart } from './prepareInstance.ts';
import type { ReplicaOwner } from './replicaOwner.ts';
import { failedStart, type IdleReplica, type ReplicaState } from './replicaState.ts';
import type { RunOverrides } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';
import { drained, type SwappedReplica, swapReplica } from './swapReplica.ts';

/** Keeps one copy of a service running: waits, builds, starts, watches, and starts again, until it is halted. */
export class Replica implements KeptReplica, SwappedReplica {
  state: ReplicaState = { phase: 'idle', reason: '', failed: false };
  /** The instance that counts; during a swap the old one until the new one is ready. */
  current: Instance | undefined;
  /** Every instance that is not gone: the current one, one that comes, and those that go. */
  readonly instances = new Set<Instance>();
  restarts = 0;
  readonly backoff: Backoff;
  readonly next: NextInstance;

  private controller: AbortController | undefined;
  private loop: Promise<void> = Promise.resolve();
  private swapped = new Deferred<void>();

  constructor(
    private readonly host: InstanceHost,
    readonly owner: ReplicaOwner,
  ) {
    this.backoff = new Backoff(() => owner.spec.restart);
    this.next = new NextInstance(host, owner);
  }

  /** Something is under way or running. */
  get isActive(): boolean {
    return this.controller !== undefined || this.instances.size > 0;
  }
  /** Aborts when it is halted; undefined: it is at rest. */
  get life(): AbortSignal | undefined {
    return this.controller?.signal;
  }

  /** Begins to keep a copy running. Nothing happens when it already does; after `halt` it waits for the old copy's end. */
  begin(cause: string, overrides?: RunOverrides): void {
    if (this.controller && !this.controller.signal.aborted) return;
    const controller = new AbortController();
    const { signal } = controller;
    const before = this.loop;
    this.controller = controller;
    this.restarts = 0;
    this.backoff.reset();
    if (this.instances.size === 0) this.state = { phase: 'waiting', wait: { waitingFor: [] } };
    this.loop = before
      .then(() => (signal.aborted ? undefined : keepRunning(this.host, this, cause, signal, overrides)))
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.next.drop();
        this.rest(failedStart(error));
        if (error instanceof MicroError) return;
        const service = this.owner.spec.name;
        this.host.logger.error('a service could not be run', { service, error: errorText(error) });
      })
      .finally(() => {
        if (this.controller === controller) this.controller = undefined;
        this.owner.changed();
      });
  }

  /** Ends it. Resolves when nothing of it is alive, or could not be ended (`state` then says so). */
  async halt(request: StopRequest): Promise<void> {
    const controller = this.controller;
    controller?.abort(new Error(request.why));
    if (!request.replaced) this.next.drop();
    const wasIdle = !this.isActive;
    await Promise.all([...this.instances].map((instance) => instance.stop(request)));
    const stuck = [...this.instances].flatMap((instance) => instance.survivors);
    if (stuck.length > 0) {
      this.rest({
        reason: `could not stop: pid ${stuck.join(', ')}`,
        failed: true,
        code: 'stop.survivors',
        asked: request.why,
        next: 'The system does not end these processes. Look what they wait for, or restart the machine.',
      });
      return;
    }
    if (this.controller !== undefined && this.controller !== controller) return;
    await this.loop;
    if (this.controller !== undefined && this.controller !== controller) return;
    if (!wasIdle || (this.state.phase === 'idle' && this.state.failed))
      this.rest({ reason: request.why, failed: false });
  }

  async endOf(instance: Instance): Promise<InstanceEnd | undefined> {
    const end = await Promise.race([instance.ended, this.swapped.promise.then(() => undefined)]);
    if (end === undefined || this.current !== instance) {
      this.swapped = new Deferred();
      return undefined;
    }
    return end;
  }

  async launch(start: InstanceStart): Promise<Instance> {
    const instance = await this.next.take(start);
    this.current = instance;
    this.follow(instance);
    if (this.life?.aborted) void instance.stop({ why: 'stopped by you' });
    this.set({ phase: 'live' });
    await instance.start();
    return instance;
  }

  async launchBeside(start: InstanceStart): Promise<Instance> {
    const instance = await this.next.take(start);
    this.follow(instance);
    await instance.start();
    return instance;
  }

  private follow(instance: Instance): void {
    this.instances.add(instance);
    const subscription = instance.onDidChange(() => this.owner.changed());
    void instance.ended.then(() => {
      subscription.dispose();
      this.instances.delete(instance);
      if (this.state.phase === 'idle' && this.state.code === 'stop.survivors' && this.instances.size === 0)
        this.rest({ reason: this.state.asked ?? 'stopped', failed: false });
      // The end of the current one is shown together with what follows from it.
      else if (this.current !== instance) this.owner.changed();
    });
  }

  /** Replaces the running instance by a new one, see {@link swapReplica}. Resolves with undefined, or why that was not done. */
  swap(cause: string, built: RunLogWriter | undefined, signal: AbortSignal): Promise<string | undefined> {
    return swapReplica(this.host, this, { cause, built }, signal);
  }

  put(next: Instance): void {
    this.current = next;
    this.restarts = 0;
    this.backoff.reset();
    this.swapped.resolve();
    this.owner.changed();
  }

  /** Ends a copy that is not wanted any more, after the requests that are under way to it. */
  async leave(why: string): Promise<void> {
    this.controller?.abort(new Error(why));
    if (this.current?.phase === 'ready') await drained(this.host, this.current);
    await this.halt({ why });
  }

  rest(idle: IdleReplica): void {
    this.set({ phase: 'idle', ...idle });
  }

  set(state: ReplicaState): void {
    this.state = state;
    this.owner.changed();
  }
}
