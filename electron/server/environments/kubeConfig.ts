import { access } from 'node:fs/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { MicroError } from '../../../shared/contract/errors.ts';

/** What the client names a context that it makes up where there is no kubeconfig. */
const NO_CONFIG = 'loaded-context';

/** Which cluster is meant. */
export interface ClusterChoice {
  /** Absent: KUBECONFIG, ~/.kube/config, or the account of the pod that this runs in. */
  kubeconfig?: string;
  /** Absent: the current one. */
  context?: string;
}

/** What {@link loadKubeConfig} found. */
export interface ChosenCluster {
  kubeConfig: KubeConfig;
  /** It is the account of our own pod. */
  isInside: boolean;
}

/** The clusters that this user knows, with the one that is meant chosen. Rejects with `kubernetes.no-config`. */
export async function loadKubeConfig(
  client: typeof import('@kubernetes/client-node'),
  { kubeconfig, context }: ClusterChoice,
): Promise<ChosenCluster> {
  const kubeConfig = new client.KubeConfig();
  const isPod = kubeconfig === undefined && context === undefined && process.env.KUBECONFIG === undefined;
  if (isPod && process.env.KUBERNETES_SERVICE_HOST !== undefined) {
    kubeConfig.loadFromCluster();
    return { kubeConfig, isInside: true };
  }
  try {
    if (kubeconfig === undefined) kubeConfig.loadFromDefault();
    else {
      await access(kubeconfig);
      kubeConfig.loadFromFile(kubeconfig);
    }
  } catch (error) {
    throw new MicroError(
      'kubernetes.no-config',
      `the kubeconfig ${kubeconfig ?? ''} cannot be read: ${(error as Error).message}`,
      {
        next: 'Check the file that --kubeconfig or KUBECONFIG names.',
        cause: error,
      },
    );
  }
  if (context === undefined) return { kubeConfig, isInside: false };
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    throw new MicroError('kubernetes.no-config', `there is no context "${context}"`, {
      next: names.length > 0 ? `There are: ${names.join(', ')}.` : 'The kubeconfig names none.',
    });
  }
  kubeConfig.setCurrentContext(context);
  return { kubeConfig, isInside: false };
}

/** A context of a kubeconfig. */
export interface KubeContext {
  name: string;
  /** Empty: default. */
  namespace: string;
  isCurrent: boolean;
}

/** The contexts that there are; none when there is no kubeconfig at all. Rejects with `kubernetes.no-config`. */
export async function listContexts(kubeconfig: string | undefined): Promise<KubeContext[]> {
  const client = await import('@kubernetes/client-node');
  const { kubeConfig } = await loadKubeConfig(client, kubeconfig === undefined ? {} : { kubeconfig });
  const current = kubeConfig.getCurrentContext();
  return kubeConfig
    .getContexts()
    .filter(({ name }) => name !== NO_CONFIG)
    .map(({ name, namespace = '' }) => ({ name, namespace, isCurrent: name === current }));
}
