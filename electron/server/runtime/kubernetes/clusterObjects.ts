import type { KubernetesObject, V1Deployment, V1ReplicaSet } from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { MANAGED_LABEL, MANAGER, SERVICE_LABEL } from '../../deploy/names.ts';
import { type Connection, loggedIn } from './connection.ts';
import { kubernetesError, statusOf } from '../../environments/kubernetesError.ts';
import { type RemoveOptions, removeService, type ServiceChanges } from './removeService.ts';

/** Kubernetes counts the versions of a Deployment here. */
const REVISION = 'deployment.kubernetes.io/revision';

/** Writes and removes the objects of services; nothing that is not ours is changed. */
export class ClusterObjects {
  constructor(
    private readonly connection: Connection,
    private readonly changes: ServiceChanges,
  ) {}

  /**
   * Applies an object under our field manager. Rejects with `kubernetes.not-ours` when there is one of that name that we
   * did not make, and with `kubernetes.conflict` when somebody else owns a field, unless `force`.
   */
  async apply<T extends KubernetesObject>(object: T, force = false): Promise<T> {
    const { objects, client } = this.connection;
    const what = `${object.kind} ${object.metadata?.name}`;
    await this.checkOurs(object, what);
    try {
      return await loggedIn(this.connection, () =>
        objects.patch(object, undefined, undefined, MANAGER, force, client.PatchStrategy.ServerSideApply),
      );
    } catch (error) {
      throw kubernetesError(`apply ${what}`, error);
    }
  }

  /** The object as it is in the cluster, undefined when it is not there. */
  async read<T extends KubernetesObject>(object: KubernetesObject): Promise<T | undefined> {
    const { kind, apiVersion } = object;
    const { name = '', namespace } = object.metadata ?? {};
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    try {
      return await loggedIn(this.connection, () =>
        this.connection.objects.read<T>({ kind, apiVersion, metadata } as never),
      );
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw kubernetesError(`read ${kind} ${name}`, error);
    }
  }

  private async checkOurs(object: KubernetesObject, what: string): Promise<void> {
    const found = await this.read(object);
    if (found === undefined) return;
    const labels = found.metadata?.labels ?? {};
    const service = object.metadata?.labels?.[SERVICE_LABEL];
    const isOurs = labels[MANAGED_LABEL] === MANAGER;
    // Two services must not take turns at one object.
    if (isOurs && (service === undefined || labels[SERVICE_LABEL] === service)) return;
    throw new MicroError(
      'kubernetes.not-ours',
      isOurs
        ? `${what} is there already in ${object.metadata?.namespace} and belongs to the service ${labels[SERVICE_LABEL]}`
        : `${what} is there already in ${object.metadata?.namespace} and is not ours`,
      {
        next: 'Choose another namespace, rename the service, or remove it there.',
      },
    );
  }

  /** Whether the cluster knows a kind; older ones lack some. */
  async knows(apiVersion: string, kind: string): Promise<boolean> {
    const [group = '', version = ''] = apiVersion.split('/');
    const { client, kubeConfig } = this.connection;
    const found = await kubeConfig
      .makeApiClient(client.CustomObjectsApi)
      .getAPIResources({ group, version })
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw kubernetesError(`ask for ${apiVersion}`, error);
      });
    return found?.resources.some((resource) => resource.kind === kind) ?? false;
  }

  /** Removes every object of a service; resolves when they and their pods are gone. Rejects with `kubernetes.*`. */
  remove(service: string, options: RemoveOptions): Promise<void> {
    return removeService(this.connection, this.changes, service, options);
  }

  /** The versions of a Deployment that it can go back to, the newest first. */
  async versions(deployment: V1Deployment): Promise<{ revision: number; set: V1ReplicaSet }[]> {
    const { apps, namespace } = this.connection;
    const labels = Object.entries(deployment.spec?.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
    const found = await apps
      .listNamespacedReplicaSet({ namespace, labelSelector: labels.join(',') })
      .catch((error: unknown) => {
        throw kubernetesError(`read the versions of ${deployment.metadata?.name}`, error);
      });
    return found.items
      .filter((set) => set.metadata?.ownerReferences?.some(({ uid }) => uid === deployment.metadata?.uid))
      .map((set) => ({ revision: Number(set.metadata?.annotations?.[REVISION] ?? 0), set }))
      .sort((a, b) => b.revision - a.revision);
  }
}
