import type { V1PodTemplateSpec, V1ReplicaSet } from '@kubernetes/client-node';
import { MicroError } from '../../../../shared/contract/errors.ts';

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
