import type { ServiceSpec } from '../../project/serviceSpec.ts';

/** Whether two declarations give the same objects: what is of this machine alone, or only says when to start, counts for nothing. */
export function sameObjects(before: ServiceSpec, after: ServiceSpec): boolean {
  return writtenSpec(before) === writtenSpec(after);
}

/** What of a declaration its objects are made of, as a text. */
export function writtenSpec({
  watch,
  reload,
  declaredAt,
  start,
  dependsOn,
  cascade,
  folder,
  ...rest
}: ServiceSpec): string {
  return JSON.stringify(rest);
}
