import type { ServiceSpec } from '../../project/serviceSpec.ts';

/** Whether two declarations give the same objects: what is of this machine alone, or only says when to start, counts for nothing. */
export function sameObjects(before: ServiceSpec, after: ServiceSpec): boolean {
  return written(before) === written(after);
}

function written({ watch, reload, declaredAt, start, dependsOn, cascade, folder, ...rest }: ServiceSpec): string {
  return JSON.stringify(rest);
}
