import type { V1Pod } from '@kubernetes/client-node';
import { MANAGED_LABEL, MANAGER, SERVICE_LABEL } from '../../deploy/names.ts';
import { type Connection, loggedIn } from './connection.ts';
import { kubernetesError } from '../../environments/kubernetesError.ts';

/**
 * What was deleted is looked at when one of its pods changes, and after this, ms, for changes that were not told. Shorter only
 * loads the cluster while it is busy with ending pods.
 */
const goneLookMs = 3_000;

/** The reason of a container that may start any moment. */
const CREATING = 'ContainerCreating';

/** How the objects of a service are removed. */
export interface RemoveOptions {
  /** Pods get no time to end. */
  force: boolean;
  signal?: AbortSignal;
  /** Called once when no container of it runs any more; the cluster takes some seconds longer to forget its pods. */
  handleEnded?: () => void;
}

/** Tells when pods of a service change, or with `false` that none did; see `PodWatch`. */
export interface ServiceChanges {
  nextChange(service: string, withinMs: number, signal?: AbortSignal): Promise<boolean>;
}

/**
 * Removes every object of a service; resolves when they and their pods are gone. Owners and what they own are deleted one
 * after the other: the cluster's garbage collector would come to it too, but as late as it is busy.
 */
export async function removeService(
  connection: Connection,
  changes: ServiceChanges,
  service: string,
  options: RemoveOptions,
): Promise<void> {
  const { core, apps, namespace } = connection;
  const { force, signal, handleEnded } = options;
  const query = { namespace, labelSelector: `${SERVICE_LABEL}=${service},${MANAGED_LABEL}=${MANAGER}` };
  const looking = new AbortController();
  const abort = (): void => looking.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  let isTold = false;
  /** Nothing of it runs, and the node has not said a word of its pods since. */
  let isSilent = false;
  /** Pods whose container has run, by uid. */
  const ran = new Set<string | undefined>();
  try {
    await loggedIn(connection, () => removeOwners(connection, query));
    for (;;) {
      const change = changes.nextChange(service, goneLookMs, looking.signal);
      // Heard of where it is waited for.
      change.catch(() => {});
      const [pods, sets] = await Promise.all([core.listNamespacedPod(query), apps.listNamespacedReplicaSet(query)]);
      for (const pod of pods.items) if (hasBegun(pod)) ran.add(pod.metadata?.uid);
      const haveEnded = pods.items.every((pod) => hasEnded(pod, ran.has(pod.metadata?.uid)));
      if (!isTold && sets.items.length === 0 && haveEnded) {
        isTold = true;
        handleEnded?.();
      }
      if (pods.items.length === 0 && sets.items.length === 0) return;
      if (sets.items.some(isStaying)) await apps.deleteCollectionNamespacedReplicaSet(query);
      // A node that is busy, and every one of 1.20, may forget a pod a minute after it has ended. That needs no time to end.
      if (force || (isSilent && haveEnded))
        await core.deleteCollectionNamespacedPod({ ...query, gracePeriodSeconds: 0 });
      // A ReplicaSet may have made one more before it heard of its own end.
      else if (pods.items.some(isStaying)) await core.deleteCollectionNamespacedPod(query);
      const hasChanged = await change;
      isSilent = isTold && !hasChanged;
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    throw kubernetesError(`remove ${service}`, error);
  } finally {
    signal?.removeEventListener('abort', abort);
    looking.abort();
  }
}

async function removeOwners(
  { core, apps, batch, namespace, minor }: Connection,
  query: { namespace: string; labelSelector: string },
): Promise<void> {
  const body = { propagationPolicy: 'Background' };
  const services = await core.listNamespacedService(query);
  await Promise.all([
    apps.deleteCollectionNamespacedDeployment({ ...query, body }),
    batch.deleteCollectionNamespacedJob({ ...query, body }),
    ...(minor >= 21 ? [batch.deleteCollectionNamespacedCronJob({ ...query, body })] : []),
    core.deleteCollectionNamespacedConfigMap(query),
    core.deleteCollectionNamespacedSecret(query),
    ...services.items.map(({ metadata }) => core.deleteNamespacedService({ name: metadata?.name ?? '', namespace })),
  ]);
}

const isStaying = ({ metadata }: Pick<V1Pod, 'metadata'>): boolean => metadata?.deletionTimestamp === undefined;

/** Whether the container of a pod has run, or does. */
function hasBegun(pod: V1Pod): boolean {
  const { state, lastState } = pod.status?.containerStatuses?.[0] ?? {};
  return Boolean(state?.running || state?.terminated || lastState?.terminated);
}

/**
 * Whether nothing of a pod runs, and nothing will. One that is on a node and says nothing yet may be starting. `ran`: its
 * container did run before; a node starts none anew in a pod that is leaving, but says again that it is creating one when it
 * has forgotten the old one (kubelet 1.20), and goes on saying so for ten seconds and more.
 */
export function hasEnded(pod: V1Pod, ran = false): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return true;
  if (isStaying(pod)) return false;
  const containers = pod.status?.containerStatuses;
  if (!containers?.length) return pod.spec?.nodeName === undefined;
  return containers.every(
    ({ state }) => state?.terminated || (state?.waiting && (ran || state.waiting.reason !== CREATING)),
  );
}
