import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Instance } from './instance.ts';
import type { InstanceHost } from './instanceHost.ts';
import { type InstanceStart, prepareInstance } from './prepareInstance.ts';
import type { ReplicaOwner } from './replicaOwner.ts';

/**
 * The next instance of a copy. It can be prepared while the one before it ends, or while the files of a save settle, so that
 * nothing but its process is left to be started then.
 */
export class NextInstance {
  private prepared: { spec: ServiceSpec; port: ServiceSpec['port']; instance: Promise<Instance> } | undefined;

  constructor(
    private readonly host: InstanceHost,
    private readonly owner: ReplicaOwner,
  ) {}

  get isPrepared(): boolean {
    return this.prepared !== undefined;
  }

  /** Begins to prepare it, unless that was begun before. It has to be taken or dropped. */
  prepare(cause: string, port: ServiceSpec['port']): void {
    if (this.prepared) return;
    const { spec } = this.owner;
    const instance = prepareInstance(this.host, this.owner, { cause, port, built: undefined });
    // Whoever takes it prepares another one then, and hears why when that fails too.
    instance.catch(() => {});
    this.prepared = { spec, port, instance };
  }

  /** The one that was prepared when it is what is to be started, else a new one. */
  async take(start: InstanceStart): Promise<Instance> {
    const { prepared } = this;
    const fits = prepared?.spec === this.owner.spec && prepared.port === start.port;
    if (!prepared || !fits || start.built || start.overrides) {
      this.drop();
      return prepareInstance(this.host, this.owner, start);
    }
    this.prepared = undefined;
    const instance = await prepared.instance.catch(() => prepareInstance(this.host, this.owner, start));
    // The run before it may have gone on until now.
    instance.log.update({ startedAt: this.host.clock.now() });
    return instance;
  }

  /** What was prepared is not started after all. */
  drop(): void {
    const { prepared } = this;
    this.prepared = undefined;
    void prepared?.instance.then(
      (instance) => instance.discard(),
      () => {},
    );
  }
}
