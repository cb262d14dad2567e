import { createHash } from 'node:crypto';
import type { ServiceSpec } from '../project/serviceSpec.ts';

/** The field manager that our changes are made under, and the value of `managed-by`. */
export const MANAGER = 'micro';

/** Which of our services an object belongs to. */
export const SERVICE_LABEL = 'app.kubernetes.io/name';
/** Which project. */
const PROJECT_LABEL = 'app.kubernetes.io/part-of';
/** Whose objects they are: ours have {@link MANAGER} here. */
export const MANAGED_LABEL = 'app.kubernetes.io/managed-by';

/** Kubernetes allows so many for a Service; a CronJob adds to its name and is given fewer. */
const maxLength = 63;
/** Hex digits that tell shortened names apart. */
const hashLength = 8;

/**
 * The name of the objects of a service: its own where Kubernetes allows it (a Service begins with a letter). Others get a
 * name made from it, the same every time.
 */
export function objectName(service: string, limit = maxLength): string {
  if (service.length <= limit && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(service)) return service;
  const hash = createHash('sha256').update(service).digest('hex').slice(0, hashLength);
  const prefix = /^[a-z]/.test(service) ? service : `s-${service}`;
  return `${prefix.slice(0, limit - hashLength - 1).replace(/-+$/, '')}-${hash}`;
}

/** What the pods of a service are found by; never changed, because a Deployment cannot change its own. */
export function selectorLabels(spec: Pick<ServiceSpec, 'name'>): Record<string, string> {
  return { [SERVICE_LABEL]: spec.name, [MANAGED_LABEL]: MANAGER };
}

/** The labels of everything that belongs to a service. */
export function objectLabels(spec: Pick<ServiceSpec, 'name' | 'project' | 'version'>): Record<string, string> {
  return {
    ...selectorLabels(spec),
    ...(isLabelValue(spec.project) ? { [PROJECT_LABEL]: spec.project } : {}),
    ...(isLabelValue(spec.version) ? { 'app.kubernetes.io/version': spec.version } : {}),
  };
}

function isLabelValue(text: string): boolean {
  return text.length <= maxLength && /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/.test(text);
}
