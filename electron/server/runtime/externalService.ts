import { MicroError } from '../../../shared/contract/errors.ts';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import { sleep } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { TreeKey } from '../host/processTree.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Attachment } from './attachment.ts';
import { externalMessage } from './externalMessage.ts';
import { ExternalPlace } from './externalPlace.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { ConditionState, Copies, ServiceUnit } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

/** Between two checks while it is down: somebody may be about to start it. */
const downIntervalMs = 1000;
/** Between two checks while it is up. */
const upIntervalMs = 5000;

/**
 * Something that others run: a database, or a service that was started by an IDE or a shell and is attached. It is not
 * started or stopped, only checked, routed and shown.
 */
export class ExternalService implements ServiceUnit {
  private readonly emitter = new Emitter<void>();
  readonly onDidChange = this.emitter.event;
  readonly attempts = 0;
  private controller: AbortController | undefined;
  private status = Status.STOPPED;
  private reason = 'not checked';
  private since: number;
  private readyAt = 0;
  private readonly place: ExternalPlace;

  constructor(
    private current: ServiceSpec,
    private readonly host: InstanceHost,
    private readonly attachment?: Attachment,
  ) {
    this.place = new ExternalPlace(host, () => this.current, attachment);
    this.since = host.clock.now();
  }

  get spec(): ServiceSpec {
    return this.current;
  }
  get wanted(): boolean {
    return this.controller !== undefined;
  }
  get isResting(): boolean {
    return this.controller === undefined;
  }

  start(): void {
    if (this.controller) return;
    const controller = new AbortController();
    this.controller = controller;
    this.show(Status.STARTING, '');
    void this.watch(controller.signal).catch(() => {});
  }

  async stop(_request: StopRequest): Promise<void> {
    this.letGo(this.attachment ? 'detached; its process goes on' : 'not checked');
  }

  private letGo(why: string): void {
    this.controller?.abort(new Error('not checked any more'));
    this.controller = undefined;
    this.host.registry.deregister(this.current.name, this.nodeId);
    this.show(Status.STOPPED, why);
    this.attachment?.onEnd(why);
  }

  async restart(): Promise<undefined> {
    this.controller?.abort(new Error('checked anew'));
    this.controller = undefined;
    this.start();
    return undefined;
  }

  update(spec: ServiceSpec): void {
    const moved =
      spec.address !== this.current.address || JSON.stringify(spec.ready) !== JSON.stringify(this.current.ready);
    this.current = spec;
    if (moved && this.wanted) {
      this.host.registry.deregister(spec.name, this.nodeId);
      void this.restart();
    }
    this.emitter.fire();
  }

  scale(): void {
    throw new MicroError('api.invalid', `${this.current.name} is external: its copies are not run here`);
  }
  get copies(): Copies {
    const ready = this.status === Status.RUNNING ? 1 : 0;
    return { wanted: 1, ready, leaving: 0, failed: this.status === Status.ERROR };
  }
  sayMissedChanges(): void {
    // Nothing of it is watched.
  }
  pauseReload(): boolean {
    return false;
  }
  readonly lacksConfig = false;
  followConfig(): void {}
  explainFile(): Promise<{ counts: boolean; why: string }> {
    return Promise.resolve({ counts: false, why: 'the service is external, it is not run here' });
  }

  private async watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      if (!(await this.place.isAlive())) {
        if (!signal.aborted) this.letGo('its process has ended');
        return;
      }
      if (this.status !== Status.RUNNING) await this.place.find();
      const problem = await this.place.check(signal);
      if (signal.aborted) return;
      const { address } = this.place;
      if (problem === undefined) {
        if (this.status !== Status.RUNNING) {
          this.readyAt = this.host.clock.now();
          this.host.registry.register(
            { name: this.current.name, version: this.current.version },
            { id: this.nodeId, address: address.host, port: address.port, metadata: { external: 'true' } },
          );
        }
        this.show(Status.RUNNING, '');
      } else {
        this.host.registry.deregister(this.current.name, this.nodeId);
        // A process that has just joined may still be starting.
        this.show(this.attachment && this.readyAt === 0 ? Status.STARTING : Status.ERROR, problem);
      }
      // Of an attached one nobody else would notice the end.
      const wait = problem === undefined && !this.attachment ? upIntervalMs : downIntervalMs;
      await sleep(this.host.clock, this.current.ready.intervalMs ?? wait, signal);
    }
  }

  private get nodeId(): string {
    return this.attachment?.instance ?? `${this.current.name}-external`;
  }

  private show(status: Status, reason: string): void {
    if (status === this.status && reason === this.reason) return;
    if (status !== this.status) this.since = this.host.clock.now();
    this.status = status;
    this.reason = reason;
    this.emitter.fire();
  }

  condition(_condition: DependencyCondition): ConditionState {
    if (this.status === Status.RUNNING) return { state: 'met' };
    return {
      state: 'wait',
      text: this.wanted ? this.reason || 'not answering yet' : 'not started',
      hopeless: !this.wanted,
    };
  }

  trees(): TreeKey[] {
    const { attachment } = this;
    if (!attachment || attachment.pid === 0 || !this.wanted) return [];
    return [{ pid: attachment.pid, startTime: attachment.startTime, marker: attachment.instance }];
  }

  message(): Service {
    const { spec, attachment, nodeId, status, reason, wanted, since, readyAt } = this;
    const { address } = this.place;
    return externalMessage({ spec, attachment, nodeId, address, status, reason, wanted, since, readyAt });
  }

  dispose(): void {
    this.controller?.abort(new Error('disposed'));
    this.controller = undefined;
    this.host.registry.deregister(this.current.name, this.nodeId);
    this.emitter.dispose();
  }
}
