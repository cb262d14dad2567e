import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/event.ts';
import type { Logger } from '../../base/logger.ts';
import { MANAGED_LABEL, MANAGER, SERVICE_LABEL } from '../../deploy/names.ts';
import { statusOf } from '../../environments/kubernetesError.ts';
import type { Connection } from './connection.ts';
import { KindWatch } from './kindWatch.ts';
import { Pulse } from './pulse.ts';

const SELECTOR = `${MANAGED_LABEL}=${MANAGER}`;

/** Follows our pods, and what the controllers say of our Deployments and Jobs; tells which service changed. */
export class PodWatch {
  private readonly changes = new Emitter<string>();
  readonly onDidChange = this.changes.event;
  private readonly problems = new Emitter<void>();
  /** What {@link problemOf} says is another. */
  readonly onDidChangeProblem = this.problems.event;
  private readonly pods: KindWatch<V1Pod>;
  private readonly deployments: KindWatch<KubernetesObject>;
  private readonly jobs: KindWatch<KubernetesObject>;
  private readonly pulse: Pulse;

  constructor(
    connection: Connection,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const { core, apps, batch, namespace, client, kubeConfig } = connection;
    const query = { namespace, labelSelector: SELECTOR };
    this.pods = this.follow<V1Pod>(connection, '/api/v1', 'pods', () => core.listNamespacedPod(query));
    this.deployments = this.follow(connection, '/apis/apps/v1', 'deployments', () =>
      apps.listNamespacedDeployment(query),
    );
    this.jobs = this.follow(connection, '/apis/batch/v1', 'jobs', () => batch.listNamespacedJob(query));
    const version = kubeConfig.makeApiClient(client.VersionApi);
    this.pulse = new Pulse({
      clock,
      ask: () => version.getCode(),
      handleSilence: (error) => {
        // A refusal is an answer.
        if (statusOf(error) === undefined) for (const kind of this.kinds) kind.lose(error);
      },
      handleAnswer: () => void Promise.all(this.kinds.map((kind) => kind.start())),
    });
  }

  private get kinds(): KindWatch<KubernetesObject>[] {
    return [this.pods as KindWatch<KubernetesObject>, this.deployments, this.jobs];
  }

  private follow<T extends KubernetesObject>(
    connection: Connection,
    group: string,
    name: string,
    list: () => Promise<unknown>,
  ): KindWatch<T> {
    return new KindWatch<T>(connection, this.clock, this.logger, {
      name,
      path: `${group}/namespaces/${connection.namespace}/${name}`,
      selector: SELECTOR,
      list,
      handleChange: (object) => {
        this.pulse.hear();
        const service = object.metadata?.labels?.[SERVICE_LABEL];
        if (service !== undefined) this.changes.fire(service);
      },
      handleProblem: () => this.problems.fire(),
    });
  }

  async start(): Promise<void> {
    await Promise.all(this.kinds.map((kind) => kind.start()));
    this.pulse.start();
  }

  /** Why what is known of services or tasks may be untrue at the moment; empty when they are followed. */
  problemOf(kind: 'service' | 'task' | 'external'): string {
    return this.pods.problem || (kind === 'task' ? this.jobs.problem : this.deployments.problem);
  }

  /** The pods of a service as they were seen last. */
  podsOf(service: string): V1Pod[] {
    return this.pods.list().filter((pod) => pod.metadata?.labels?.[SERVICE_LABEL] === service);
  }

  /**
   * Resolves with true when something of a service changes, with false when nothing did within `withinMs`; rejects with the
   * signal's reason. Ask for it before you look, so that nothing falls between.
   */
  nextChange(service: string, withinMs: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        subscription.dispose();
        timer.dispose();
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = (): void => finish(() => reject(signal?.reason as Error));
      const subscription = this.changes.event((changed) => {
        if (changed === service) finish(() => resolve(true));
      });
      const timer = this.clock.setTimeout(() => finish(() => resolve(false)), withinMs);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  async stop(): Promise<void> {
    this.pulse.dispose();
    await Promise.all(this.kinds.map((kind) => kind.stop()));
    this.changes.dispose();
    this.problems.dispose();
  }
}
