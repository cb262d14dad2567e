import type { Informer, KubernetesListObject, KubernetesObject, ObjectCache, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { errorText, type Logger } from '../../base/logger.ts';
import { MANAGED_LABEL, MANAGER, SERVICE_LABEL } from '../../deploy/names.ts';
import type { Connection } from './connection.ts';

/** A watch that broke is begun again after this, ms: soon enough to be no gap, seldom enough to spare a broken server. */
const againMs = 1000;
const SELECTOR = `${MANAGED_LABEL}=${MANAGER}`;

/** Follows our pods, and what the controllers say of our Deployments and Jobs; tells which service changed. */
export class PodWatch {
  private readonly changes = new Emitter<string>();
  readonly onDidChange = this.changes.event;
  private readonly informers: Informer<KubernetesObject>[] = [];
  private readonly timers = new Set<Disposable>();
  private pods: ObjectCache<V1Pod> | undefined;
  private isStopped = false;
  /** Why the cluster cannot be followed at the moment; empty when it is. */
  problem = '';

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    const { core, apps, batch, namespace } = this.connection;
    const query = { namespace, labelSelector: SELECTOR };
    this.pods = this.follow(`/api/v1/namespaces/${namespace}/pods`, () => core.listNamespacedPod(query));
    this.follow(`/apis/apps/v1/namespaces/${namespace}/deployments`, () => apps.listNamespacedDeployment(query));
    this.follow(`/apis/batch/v1/namespaces/${namespace}/jobs`, () => batch.listNamespacedJob(query));
    await Promise.all(this.informers.map((informer) => informer.start()));
  }

  private follow<T extends KubernetesObject>(path: string, list: () => Promise<unknown>): ObjectCache<T> {
    const { client, kubeConfig } = this.connection;
    const informer = client.makeInformer<T>(kubeConfig, path, list as () => Promise<KubernetesListObject<T>>, SELECTOR);
    informer.on('change', (object) => {
      this.problem = '';
      const service = object.metadata?.labels?.[SERVICE_LABEL];
      if (service !== undefined) this.changes.fire(service);
    });
    informer.on('error', (error: unknown) => {
      if (this.isStopped) return;
      this.problem = `the cluster cannot be followed: ${errorText(error)}`;
      this.logger.warn(this.problem, { path });
      const timer = this.clock.setTimeout(() => {
        this.timers.delete(timer);
        if (!this.isStopped) void informer.start();
      }, againMs);
      this.timers.add(timer);
    });
    this.informers.push(informer as unknown as Informer<KubernetesObject>);
    return informer;
  }

  /** The pods of a service as they were seen last. */
  podsOf(service: string): V1Pod[] {
    return (this.pods?.list() ?? []).filter((pod) => pod.metadata?.labels?.[SERVICE_LABEL] === service);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) timer.dispose();
    await Promise.all(this.informers.map((informer) => informer.stop()));
    this.changes.dispose();
  }
}
