import { containerPort } from '../../deploy/containerPort.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ClusterPlace } from './clusterPlace.ts';
import type { PodState } from './podState.ts';

/** Keeps the ready pods of a service in the registry, so that gateway and proxy reach them. */
export class Nodes {
  private readonly known = new Set<string>();

  constructor(private readonly place: ClusterPlace) {}

  /** A pod that is leaving goes at once: it answers what is under way, and gets nothing new. */
  async follow(spec: ServiceSpec, pods: readonly PodState[]): Promise<void> {
    const port = containerPort(spec);
    const ready = port === undefined ? [] : pods.filter((pod) => pod.isReady);
    for (const name of this.known) if (!ready.some((pod) => pod.name === name)) this.drop(spec.name, name);
    if (port === undefined) return;
    for (const pod of ready) {
      if (this.known.has(pod.name)) continue;
      const { host, port: at } = await this.place.forwards.open(pod.name, pod.ip, port);
      this.known.add(pod.name);
      this.place.registry.register(
        { name: spec.name, version: spec.version },
        { id: pod.name, address: host, port: at, metadata: { pod: pod.name } },
      );
    }
  }

  private drop(service: string, pod: string): void {
    this.known.delete(pod);
    this.place.registry.deregister(service, pod);
    this.place.forwards.close(pod);
  }

  close(service: string): void {
    for (const pod of this.known) this.drop(service, pod);
  }
}
