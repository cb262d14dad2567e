import { createHash } from 'node:crypto';
import type { V1Job } from '@kubernetes/client-node';
import type { ServiceSpec } from '../../project/serviceSpec.ts';
import { writtenSpec } from './sameObjects.ts';

/** Which declaration a Job was made of. */
const DECLARED_ANNOTATION = 'micro/declared';

/** Reads objects of the cluster; see `ClusterPlace`. */
interface JobReader {
  read(apiVersion: string, kind: string, spec: ServiceSpec): Promise<V1Job | undefined>;
}

/** Annotations by which a later server knows the Job of a task again. */
export function declaredAs(spec: ServiceSpec): Record<string, string> {
  return { [DECLARED_ANNOTATION]: hashOf(spec) };
}

/**
 * The Job of a task that an earlier server made of the same declaration, whether it still runs or has ended: a server that is
 * started again is no reason to run a task again. Undefined where there is none. Rejects with `kubernetes.*`.
 */
export async function jobOfBefore(place: JobReader, spec: ServiceSpec): Promise<V1Job | undefined> {
  const job = await place.read('batch/v1', 'Job', spec);
  if (job === undefined || job.metadata?.deletionTimestamp !== undefined) return undefined;
  return job.metadata?.annotations?.[DECLARED_ANNOTATION] === hashOf(spec) ? job : undefined;
}

function hashOf(spec: ServiceSpec): string {
  return createHash('sha256').update(writtenSpec(spec)).digest('hex').slice(0, 16);
}
