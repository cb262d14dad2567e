import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { ConnectionStep } from './connectionStep.ts';
import type { KubernetesEnvironment } from './environment.ts';
import { loadKubeConfig } from './kubeConfig.ts';
import { kubernetesError } from './kubernetesError.ts';

/** What services need most; an account that may do this may nearly always do the rest. */
const NEEDED = { group: 'apps', resource: 'deployments', verb: 'patch' };

/** Goes the way to a cluster step by step and tells of each; ends at the first that fails. Nothing there is changed. */
export async function* checkCluster(environment: KubernetesEnvironment): AsyncGenerator<ConnectionStep, boolean> {
  const { context, kubeNamespace: namespace } = environment;
  let step: ConnectionStep['step'] = 'context';
  try {
    // Large, and of no use to anybody who works on servers alone.
    const client = await import('@kubernetes/client-node');
    const { kubeConfig } = await loadKubeConfig(client, environment);
    const server = kubeConfig.getCurrentCluster()?.server;
    if (server === undefined) throw new MicroError('kubernetes.no-config', `the context "${context}" names no cluster`);
    yield { step, ok: true, text: `${context} is ${server}` };
    step = 'cluster';
    const { gitVersion } = await kubeConfig
      .makeApiClient(client.VersionApi)
      .getCode()
      .catch((error: unknown) => {
        throw kubernetesError(`the cluster at ${server} does not answer`, error);
      });
    yield { step, ok: true, text: `Kubernetes ${gitVersion}` };
    step = 'rights';
    const body = { spec: { resourceAttributes: { ...NEEDED, namespace } } };
    const { status } = await kubeConfig
      .makeApiClient(client.AuthorizationV1Api)
      .createSelfSubjectAccessReview({ body })
      .catch((error: unknown) => {
        throw kubernetesError('ask for the rights of this account', error);
      });
    if (status?.allowed !== true) {
      throw new MicroError('kubernetes.denied', `this account may not deploy into the namespace ${namespace}`, {
        next: `ask for the rights there: kubectl auth can-i patch deployments -n ${namespace}`,
      });
    }
    yield { step, ok: true, text: `this account may deploy into the namespace ${namespace}` };
    return true;
  } catch (error) {
    const { code, message, next } = toMicroError(error);
    yield { step, ok: false, text: message, code, ...(next === undefined ? {} : { next }) };
    return false;
  }
}
