import { Deferred } from '../base/async.ts';
import { errorText } from '../base/logger.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import type { RunLogWriter } from '../logs/logStore.ts';
import type { LiveSpec } from '../project/serviceSpec.ts';
import { spanText } from './exitReason.ts';
import { addressText, type InstanceAddress } from './instanceAddress.ts';
import type { InstancePhase } from './instanceEnd.ts';
import type { InstanceHost } from './instanceHost.ts';
import { findLateListener } from './lateListener.ts';
import { watchLiveness } from './liveness.ts';
import { proveReadiness } from './readiness.ts';
import type { ReadinessSubject } from './readinessSubject.ts';
import { noteReady, registerInstance } from './readyInstance.ts';
import type { StopRequest } from './stopRequest.ts';

/** The instance that is to serve. */
export interface ServingInstance extends ReadinessSubject {
  readonly id: string;
  readonly run: number;
  readonly pid: number;
  readonly phase: InstancePhase;
  readonly log: RunLogWriter;
  readonly startedMonotonic: number;
  readonly address: InstanceAddress | undefined;
  /** It runs with its debugger open. */
  readonly isDebugged: boolean;
  /** Runs a check with its environment; undefined when it passed, else why not. */
  execute(signal: AbortSignal, command?: LiveSpec['exec'], timeoutMs?: number): Promise<string | undefined>;
  moveTo(phase: 'ready'): void;
  changed(): void;
  stop(request: StopRequest): Promise<void>;
}

/** From the start of an instance's process until it is to end: its readiness, its place in the registry, its health. */
export class InstanceServing {
  address: InstanceAddress | undefined;
  /** 0 until it is ready. */
  readyAt = 0;
  /** Why it is not ready yet, or what is wrong although it runs. */
  problem = '';
  healthy = true;

  private readonly readyGate = new Deferred<boolean>();
  private readonly life = new AbortController();
  private readonly store = new DisposableStore();

  constructor(
    private readonly host: InstanceHost,
    private readonly instance: ServingInstance,
  ) {}

  /** True once ready; false when it ended before. */
  get whenReady(): Promise<boolean> {
    return this.readyGate.promise;
  }

  notYet(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.instance.changed();
  }

  /** Proves that it is ready; from then on requests may go to it and its health is watched. */
  async begin(): Promise<void> {
    const { host, instance } = this;
    const { withinMs } = instance.spec.ready;
    const limit =
      withinMs === undefined
        ? undefined
        : host.clock.setTimeout(() => {
            const problem = this.problem ? `: ${this.problem}` : '';
            void instance.stop({ why: `not ready within ${spanText(withinMs)}${problem}`, failed: true });
          }, withinMs);
    try {
      const address = await proveReadiness(host, instance, this.life.signal);
      if (instance.phase === 'starting') this.handleReady(address);
    } catch (error) {
      if (!this.life.signal.aborted) {
        host.logger.error('a readiness check failed', { service: instance.spec.name, error: errorText(error) });
        this.notYet(`its readiness cannot be checked: ${errorText(error)}`);
      }
    } finally {
      limit?.dispose();
    }
  }

  private handleReady(address: InstanceAddress | undefined): void {
    const { host, instance } = this;
    this.readyAt = host.clock.now();
    this.problem = '';
    this.address = address;
    instance.moveTo('ready');
    instance.log.update({ readyAt: this.readyAt });
    noteReady(instance.log, instance, address, host.clock.monotonic() - instance.startedMonotonic);
    if (address) this.register(address);
    else if (instance.spec.port !== 'none') void this.findLateListener();
    this.readyGate.resolve(true);
    // A process that stands at a breakpoint answers nobody and is not ill.
    if (instance.spec.live && !instance.isDebugged)
      this.store.add(watchLiveness(host, instance, (problem) => this.handleUnhealthy(problem)));
  }

  private register(address: InstanceAddress): void {
    const { id, run, pid, spec } = this.instance;
    registerInstance(this.host.registry, spec, { id, run, pid, address });
  }

  /** A service that was taken for one without a port may begin to listen later. */
  private async findLateListener(): Promise<void> {
    const { host, instance } = this;
    const address = await findLateListener(host, instance, instance.startedMonotonic, this.life.signal);
    if (instance.phase !== 'ready' || !address) return;
    this.address = address;
    instance.log.note(`listens at ${addressText(address)}`);
    this.register(address);
    instance.changed();
  }

  private handleUnhealthy(problem: { text: string; final: boolean } | undefined): void {
    this.healthy = problem === undefined;
    this.notYet(problem?.text ?? '');
    if (!problem?.final) return;
    this.instance.log.note(`not healthy: ${problem.text}`, 'error');
    void this.instance.stop({ why: `not healthy: ${problem.text}`, failed: true });
  }

  /** Taken out of the registry while requests under way may still end. */
  retire(): void {
    this.host.registry.deregister(this.instance.spec.name, this.instance.id);
  }

  /** Takes it out of the registry and ends its checks. */
  leave(): void {
    if (this.life.signal.aborted) return;
    this.life.abort(new Error('the instance ends'));
    this.retire();
  }

  dispose(): void {
    this.store.dispose();
  }

  /** It has ended: whoever still waits for it to be ready is told. */
  conclude(): void {
    this.readyGate.resolve(false);
  }
}
