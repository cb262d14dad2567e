import type { V1Deployment, V1PodTemplateSpec, V1ReplicaSet } from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import type { ClusterPlace } from './clusterPlace.ts';

/** Kubernetes adds this to the template of each version. */
const HASH_LABEL = 'pod-template-hash';

/**
 * The pod template of an earlier version; `versions` have the newest first. Throws `runtime.no-version` when there is no
 * such one.
 */
export function versionBefore(
  versions: readonly { revision: number; set: V1ReplicaSet }[],
  revision: number | undefined,
  service: string,
): V1PodTemplateSpec {
  const found = revision === undefined ? versions[1] : versions.find((version) => version.revision === revision);
  if (!found?.set.spec?.template) {
    const others = versions.slice(1).map((version) => version.revision);
    throw new MicroError(
      'runtime.no-version',
      revision === undefined ? `${service} has no earlier version` : `${service} has no version ${revision}`,
      others.length > 0 ? { next: `There are: ${others.join(', ')}.` } : {},
    );
  }
  const { template } = found.set.spec;
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  const annotations = template.metadata?.annotations;
  return { ...template, metadata: { labels, ...(annotations ? { annotations } : {}) } };
}

/** Makes ready to give a Deployment the pod template of an earlier version; what is returned writes it. */
export async function rollBackOf(
  place: Pick<ClusterPlace, 'objects' | 'objectsOf'>,
  spec: ServiceSpec,
  deployment: V1Deployment,
  { revision, replicas }: { revision: number | undefined; replicas: number },
): Promise<() => Promise<void>> {
  const template = versionBefore(await place.objects.versions(deployment), revision, spec.name);
  return withTemplate(place, spec, template, replicas);
}

/** Makes ready to give a Deployment another number of copies, with the pod template that it has; what is returned writes it. */
export function scaleOf(
  place: Pick<ClusterPlace, 'objects' | 'objectsOf'>,
  spec: ServiceSpec,
  deployment: V1Deployment,
  replicas: number,
): Promise<() => Promise<void>> {
  return withTemplate(place, spec, deployment.spec?.template ?? {}, replicas);
}

/** Fields that others set are taken over: who asks for it means it. */
async function withTemplate(
  place: Pick<ClusterPlace, 'objects' | 'objectsOf'>,
  spec: ServiceSpec,
  template: V1PodTemplateSpec,
  replicas: number,
): Promise<() => Promise<void>> {
  const written = await place.objectsOf(spec, { image: '', replicas, overrides: undefined });
  return async () => {
    for (const object of written) {
      const { spec: newSpec, ...newest } = object as V1Deployment;
      if (object.kind === 'Deployment' && newSpec)
        await place.objects.apply<V1Deployment>({ ...newest, spec: { ...newSpec, template } }, true);
    }
  };
}
