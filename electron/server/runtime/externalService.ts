import { create } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import { Kind, type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { DependencyCondition } from '../../../shared/contract/manifest.ts';
import { sleep } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import type { TreeKey } from '../host/processTree.ts';
import { parseAddress } from '../project/parseAddress.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { InstanceHost } from './instanceHost.ts';
import { addressText, type InstanceAddress } from './instanceAddress.ts';
import { ownAddress } from './ownAddress.ts';
import { httpProblem, httpUrl } from './probes.ts';
import type { ConditionState, Copies, ServiceUnit } from './serviceUnit.ts';
import type { StopRequest } from './stopRequest.ts';

/** Between two checks while it is down: somebody may be about to start it. */
const downIntervalMs = 1000;
/** Between two checks while it is up. */
const upIntervalMs = 5000;

/** A process that somebody else started and that joined under the name of a service. */
export interface Attachment {
  instance: string;
  /** 0 and empty when the system does not tell whose the port is. */
  pid: number;
  startTime: string;
  command: string;
  port: number;
  /** Its process has ended, or it was let go. */
  onEnd(why: string): void;
}

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
  /** Where the attached process listens, as found. */
  private place: InstanceAddress | undefined;

  constructor(
    private current: ServiceSpec,
    private readonly host: InstanceHost,
    private readonly attachment?: Attachment,
  ) {
    if (attachment) this.place = { host: '127.0.0.1', port: attachment.port };
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
      if (this.attachment && !(await this.isAttachedAlive(this.attachment))) {
        if (!signal.aborted) this.letGo('its process has ended');
        return;
      }
      const problem = await this.check(signal);
      if (signal.aborted) return;
      const { address } = this;
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

  private async check(signal: AbortSignal): Promise<string | undefined> {
    const { ready } = this.current;
    if (this.attachment) await this.findPlace(this.attachment);
    const { host, port } = this.address;
    if (ready.by === 'http') {
      const url =
        ready.http && !/^https?:/.test(ready.http)
          ? httpUrl(ready.http, host, port)
          : (ready.http ?? (this.attachment ? httpUrl('/', host, port) : (this.current.address ?? '')));
      return httpProblem(this.host.dialer, url, ready.timeoutMs, signal);
    }
    try {
      await this.host.dialer.connect(host, ready.port ?? port, ready.timeoutMs, signal);
      return undefined;
    } catch (error) {
      return `${host}:${ready.port ?? port}: ${(error as Error).message}`;
    }
  }

  private async isAttachedAlive({ pid, startTime }: Attachment): Promise<boolean> {
    if (pid === 0) return true;
    const found = await this.host.processes.get(pid);
    return found !== undefined && found.startTime === startTime;
  }

  /** The process may listen elsewhere than it was told, or on another loopback address. */
  private async findPlace({ pid, startTime, instance, port }: Attachment): Promise<void> {
    if (pid === 0 || this.status === Status.RUNNING) return;
    const members = () => this.host.trees.members({ pid, startTime, marker: instance });
    this.place = (await ownAddress(this.host, { members, port })) ?? this.place;
  }

  private get address(): InstanceAddress {
    if (this.place) return this.place;
    // Checked when the manifest was read.
    return parseAddress(this.current.address ?? '') ?? { host: '127.0.0.1', port: 0 };
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
    const { spec, address, attachment } = this;
    const isUp = this.status === Status.RUNNING;
    return create(ServiceSchema, {
      name: spec.name,
      project: spec.project,
      kind: attachment ? Kind.SERVICE : Kind.EXTERNAL,
      attached: attachment !== undefined,
      status: this.status,
      reason: this.reason || (attachment && isUp ? 'attached: it was started outside' : ''),
      instances: isUp
        ? [
            {
              id: this.nodeId,
              pid: attachment?.pid ?? 0,
              address: addressText(address),
              startedAt: this.readyAt,
              readyAt: this.readyAt,
              status: this.status,
            },
          ]
        : [],
      version: spec.version,
      folder: spec.folder,
      command: attachment ? attachment.command : (spec.address ?? ''),
      dependsOn: spec.dependsOn.map(({ service, condition }) => ({ service, condition })),
      language: attachment ? spec.language : '',
      readyBy: spec.ready.by === 'quiet' ? 'it listens' : spec.ready.by,
      replicas: 1,
      disabled: spec.start === 'disabled',
      onDemand: spec.start === 'manual',
      wanted: this.wanted,
      since: this.since,
      labels: [...spec.labels],
      declaredAt: spec.declaredAt,
      next: this.status === Status.ERROR && !attachment ? 'It is run by somebody else: start it there.' : '',
    });
  }

  dispose(): void {
    this.controller?.abort(new Error('disposed'));
    this.controller = undefined;
    this.host.registry.deregister(this.current.name, this.nodeId);
    this.emitter.dispose();
  }
}
