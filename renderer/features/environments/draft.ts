import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';

/** A namespace of a cluster as a form holds it. */
export interface DraftCluster {
  context: string;
  namespace: string;
  kubeconfig: string;
  imagePrefix: string;
  advertise: string;
}

/** An environment as a form holds it; without `cluster` it is a server at an address. */
export interface DraftEnvironment {
  name: string;
  url: string;
  colour: string;
  namespace: string;
  ca: string;
  fingerprint: string;
  insecure: boolean;
  cluster?: DraftCluster | undefined;
}

/** Changes some of a form's values. */
export type ChangeDraft = (changed: Partial<DraftEnvironment>) => void;

/** A cluster of which nothing is known yet. */
export const newCluster: DraftCluster = { context: '', namespace: '', kubeconfig: '', imagePrefix: '', advertise: '' };

/** What a form begins with. */
export function draftOf(environment: Environment | undefined): DraftEnvironment {
  const { name = '', url = '', colour = '', ca = '', fingerprint = '', insecure = false, cluster } = environment ?? {};
  const draft = { name, url, colour, namespace: environment?.namespace ?? 'micro', ca, fingerprint, insecure };
  if (!cluster) return draft;
  const { context, namespace, kubeconfig, imagePrefix, advertise } = cluster;
  return { ...draft, cluster: { context, namespace, kubeconfig, imagePrefix, advertise } };
}

/** Whether it says where it is. */
export function isComplete({ name, url, cluster }: DraftEnvironment): boolean {
  return name !== '' && (cluster ? cluster.context !== '' : url !== '');
}
