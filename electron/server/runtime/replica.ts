import { MicroError } from '../../../shared/contract/errors.ts';
import { Deferred } from '../base/async.ts';
import { sleep } from '../base/clock.ts';
import { errorText } from '../base/logger.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { Backoff } from './backoff.ts';
import { spanText } from './exitReason.ts';
import { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import { failedStart, type IdleReplica, type ReplicaState, type WaitState } from './replicaState.ts';
import { JournalRecord } from './journalRecord.ts';
import type { RunOverrides } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

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

/** In-flight requests of an old copy get so long to end before it is stopped. */
const drainMs = 10_000;

/** Keeps one copy of a service running: waits, builds, starts, watches, and starts again, until it is halted. */
export class Replica {
  state: ReplicaState = { phase: 'idle', reason: '', failed: false };
  /** The copy that counts; during a swap the old one until the new one is ready. */
  current: Instance | undefined;
  /** Every instance that is not gone: the current one, one that comes, and those that go. */
  readonly instances = new Set<Instance>();
  /** Automatic restarts since the last start by hand. */
  restarts = 0;

  private controller: AbortController | undefined;
  private loop: Promise<void> = Promise.resolve();
  private swapped = new Deferred<void>();
  private readonly backoff: Backoff;

  constructor(
    private readonly host: InstanceHost,
    private readonly owner: ReplicaOwner,
  ) {
    this.backoff = new Backoff(() => owner.spec.restart);
  }

  /** Something is under way or running. */
  get isActive(): boolean {
    return this.controller !== undefined || this.instances.size > 0;
  }

  /** Begins to keep a copy running. Nothing happens when it already does; after `halt` it waits for the old copy's end. */
  begin(cause: string, overrides?: RunOverrides): void {
    if (this.controller && !this.controller.signal.aborted) return;
    const controller = new AbortController();
    const before = this.loop;
    this.controller = controller;
    this.restarts = 0;
    this.backoff.reset();
    if (this.instances.size === 0) this.state = { phase: 'waiting', wait: { waitingFor: [] } };
    this.loop = before
      .then(() => (controller.signal.aborted ? undefined : this.live(cause, controller.signal, overrides)))
      .catch((error: unknown) => {
        if (controller.signal.aborted) return;
        this.rest(failedStart(error));
        if (!(error instanceof MicroError))
          this.host.logger.error('a service could not be run', {
            service: this.owner.spec.name,
            error: errorText(error),
          });
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

  private async live(firstCause: string, signal: AbortSignal, overrides: RunOverrides | undefined): Promise<void> {
    let cause = firstCause;
    const port = overrides?.port ?? this.owner.spec.port;
    // Said before anything waits or is built for a service that could not be started in the end.
    if (typeof port === 'number') await this.host.ports.check(port, this.owner.spec.name);
    for (;;) {
      await this.owner.waitForDependencies((wait) => this.set({ phase: 'waiting', wait }), signal);
      const built = await this.owner.build(cause, () => this.set({ phase: 'building' }), signal);
      if (signal.aborted) {
        await built?.end({ endedAt: this.host.clock.now(), outcome: 'cancelled', failed: false });
        return;
      }
      let instance = await this.launch(cause, overrides?.port ?? this.owner.spec.port, built, overrides);
      this.set({ phase: 'live' });
      // A stop that came while the process was being started could not see this instance yet.
      if (signal.aborted) await instance.stop({ why: 'stopped by you' });
      let end = await this.endOf(instance);
      while (end === undefined) {
        instance = this.current as Instance;
        end = await this.endOf(instance);
      }
      if (signal.aborted || end.asked) return;
      const decision = this.backoff.decide(end, this.host.clock.now());
      switch (decision.action) {
        case 'rest':
          this.rest({
            reason: end.failed ? end.outcome : this.owner.spec.kind === 'task' ? 'completed' : end.outcome,
            failed: end.failed,
            completed: !end.failed,
          });
          return;
        case 'give-up': {
          const often = `${decision.restarts} restarts in ${spanText(decision.windowMs)}`;
          this.rest({
            reason: `keeps crashing: ${end.outcome} (${often})`,
            failed: true,
            next: 'Read its last lines, then start it again; a changed file also does.',
          });
          this.host.notify(
            'error',
            this.owner.spec.name,
            `${this.owner.spec.name} keeps crashing: ${end.outcome}`,
            'service.failed',
          );
          return;
        }
        case 'restart':
          this.set({ phase: 'backoff', outcome: end.outcome, delayMs: decision.delayMs });
          await sleep(this.host.clock, decision.delayMs, signal);
          this.restarts++;
          cause = `restarted after ${end.outcome}`;
      }
    }
  }

  /** How the instance ended, or undefined when another one took its place. */
  private async endOf(instance: Instance): Promise<Awaited<Instance['ended']> | undefined> {
    const end = await Promise.race([instance.ended, this.swapped.promise.then(() => undefined)]);
    if (end === undefined || this.current !== instance) {
      this.swapped = new Deferred();
      return undefined;
    }
    return end;
  }

  private async launch(
    cause: string,
    port: ServiceSpec['port'],
    built: RunLogWriter | undefined,
    overrides: RunOverrides | undefined,
    isNext = false,
  ): Promise<Instance> {
    const id = this.owner.newInstanceId();
    const { spec } = this.owner;
    const record = new JournalRecord(this.host, id, spec.name);
    const start = { service: spec.name, instance: id, cause, startedAt: this.host.clock.now() };
    const log =
      built ??
      (await this.host.logs.startRun(start).catch(async (error: unknown) => {
        await record.forget();
        throw error;
      }));
    const instance = new Instance(id, spec, cause, this.host, log, record, port, overrides);
    if (!isNext) this.current = instance;
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
    if (!isNext && this.controller?.signal.aborted) void instance.stop({ why: 'stopped by you' });
    if (!isNext) this.set({ phase: 'live' });
    await instance.start();
    return instance;
  }

  /**
   * Puts a new copy in the place of the running one without a moment in which nobody answers: the new one gets its own
   * port and proves ready, the registry moves over, requests under way end, then the old one is stopped. When the new
   * one does not get ready, the old one stays. Resolves with undefined, or with why there was no swap.
   */
  async swap(cause: string, built: RunLogWriter | undefined, signal: AbortSignal): Promise<string | undefined> {
    const old = this.current;
    const controller = this.controller;
    if (old?.phase !== 'ready' || !controller || controller.signal.aborted) {
      await built?.end({ endedAt: this.host.clock.now(), outcome: 'not needed', failed: false });
      return 'no copy was running';
    }
    let next: Instance;
    try {
      next = await this.launch(cause, 'auto', built, undefined, true);
    } catch (error) {
      return errorText(error);
    }
    const cancel = (): void => void next.stop({ why: 'replaced by a newer change' });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const isReady = await next.whenReady;
    signal.removeEventListener('abort', cancel);
    if (!isReady) return `the new copy did not get ready: ${(await next.ended).outcome}`;
    if (controller.signal.aborted || this.current !== old) {
      await next.stop({ why: 'stopped by you' });
      return 'stopped meanwhile';
    }
    this.current = next;
    this.restarts = 0;
    this.backoff.reset();
    this.swapped.resolve();
    this.owner.changed();
    void this.retire(old, next);
    return undefined;
  }

  private async retire(old: Instance, next: Instance): Promise<void> {
    await this.drained(old);
    await old.stop({ why: `replaced by run ${next.run}` });
  }

  /** No new request goes to the instance, and those under way have ended or had their time. */
  private async drained(instance: Instance): Promise<void> {
    instance.retire();
    if (!this.host.inFlight) return;
    const limit = new AbortController();
    const timer = this.host.clock.setTimeout(() => limit.abort(new Error('drained long enough')), drainMs);
    await this.host.inFlight.whenIdle(instance.id, limit.signal);
    timer.dispose();
  }

  /** Ends a copy that is not wanted any more, after the requests that are under way to it. */
  async leave(why: string): Promise<void> {
    this.controller?.abort(new Error(why));
    if (this.current?.phase === 'ready') await this.drained(this.current);
    await this.halt({ why });
  }

  private rest(idle: IdleReplica): void {
    this.set({ phase: 'idle', ...idle });
  }

  private set(state: ReplicaState): void {
    this.state = state;
    this.owner.changed();
  }
}
