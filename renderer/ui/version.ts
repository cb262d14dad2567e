import type { Service } from '../../shared/contract/gen/state_pb.ts';

/** The version of every service that declares none. */
const undeclared = 'latest';

/** The version as shown beside the name; empty where none was declared, as it would say the same of every service. */
export function shownVersion({ version }: Pick<Service, 'version'>): string {
  return version === undeclared ? '' : version;
}
