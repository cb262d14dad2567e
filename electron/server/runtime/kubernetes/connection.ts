import type {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  PortForward,
} from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { loadKubeConfig } from '../../environments/kubeConfig.ts';
import { kubernetesError, statusOf } from '../../environments/kubernetesError.ts';

/** Which cluster and which part of it. */
export interface KubernetesOptions {
  /** Absent: KUBECONFIG, ~/.kube/config, or the account of the pod that the server runs in. */
  kubeconfig?: string;
  /** Absent: the current one. */
  context?: string;
  /** Absent: that of the context. */
  namespace?: string;
  /** `host:port` at which pods reach the proxy of this server. Absent: they reach each other only. */
  advertise?: string;
}

/** A cluster that answers. */
export interface Connection {
  kubeConfig: KubeConfig;
  core: CoreV1Api;
  apps: AppsV1Api;
  batch: BatchV1Api;
  objects: KubernetesObjectApi;
  log: Log;
  exec: Exec;
  portForward: PortForward;
  client: typeof import('@kubernetes/client-node');
  namespace: string;
  /** Where it is, for people. */
  address: string;
  /** Minor version, e.g. 30 of v1.30.2. */
  minor: number;
  /** The server runs in a pod and reaches others by their addresses. */
  isInside: boolean;
  /** Reads the kubeconfig again, for who logged in meanwhile. What is not there any more goes on as it was. */
  refresh(): Promise<void>;
}

/** Makes a request; where the log-in has expired, once more with what the kubeconfig says by now. */
export async function loggedIn<T>({ refresh }: Pick<Connection, 'refresh'>, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (statusOf(error) !== 401) throw error;
    await refresh();
    return request();
  }
}

/**
 * Finds the cluster and asks for its version; the namespace is made when it is not there. Rejects with
 * `kubernetes.no-config`, `kubernetes.unreachable` or `kubernetes.denied`.
 */
export async function connect(options: KubernetesOptions): Promise<Connection> {
  // Large, and of no use to anybody who runs services on this machine.
  const client = await import('@kubernetes/client-node');
  const { kubeConfig, isInside } = await loadKubeConfig(client, options);
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) {
    throw new MicroError('kubernetes.no-config', 'no cluster is configured', {
      next: 'Name a file with --kubeconfig, or a context with --kube-context.',
    });
  }
  const version = await kubeConfig
    .makeApiClient(client.VersionApi)
    .getCode()
    .catch((error: unknown) => {
      throw kubernetesError(`the cluster at ${cluster.server} does not answer`, error);
    });
  const namespace =
    options.namespace ?? kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
  const connection: Connection = {
    kubeConfig,
    core: kubeConfig.makeApiClient(client.CoreV1Api),
    apps: kubeConfig.makeApiClient(client.AppsV1Api),
    batch: kubeConfig.makeApiClient(client.BatchV1Api),
    objects: client.KubernetesObjectApi.makeApiClient(kubeConfig),
    log: new client.Log(kubeConfig),
    exec: new client.Exec(kubeConfig),
    portForward: new client.PortForward(kubeConfig),
    client,
    namespace,
    address: cluster.server,
    minor: Number.parseInt(version.minor, 10),
    isInside,
    async refresh() {
      const fresh = await loadKubeConfig(client, options).catch(() => undefined);
      // A context that was removed meanwhile, or a file that is being written: what is in use stays.
      if (fresh?.kubeConfig.getCurrentCluster()) Object.assign(kubeConfig, { users: fresh.kubeConfig.users });
    },
  };
  await ensureNamespace(connection);
  return connection;
}

async function ensureNamespace({ core, namespace }: Connection): Promise<void> {
  try {
    await core.readNamespace({ name: namespace });
  } catch (error) {
    // An account that may use a namespace often may not look at it.
    if (statusOf(error) === 403) return;
    if (statusOf(error) !== 404) throw kubernetesError(`namespace ${namespace}`, error);
    await core.createNamespace({ body: { metadata: { name: namespace } } }).catch((problem: unknown) => {
      if (statusOf(problem) !== 409) throw kubernetesError(`make the namespace ${namespace}`, problem);
    });
  }
}
