import { create } from '@bufbuild/protobuf';
import { Kind, type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { RegistryService } from '../registry/registry.ts';
import type { Claim, ProjectRecord } from './entries.ts';

/** Why what may move does not run while the registry is away: another server may have started it, and two must never run. */
const AWAY = 'stopped until the registry is back: who may run it is not known';

/** What is known of services on other servers. */
export interface PlacedScene {
  self: string;
  services: readonly RegistryService[];
  claims: ReadonlyMap<string, Claim>;
  records: ReadonlyMap<string, ProjectRecord>;
  /** Projects of which something runs here, is on its way or is being ended. */
  held: ReadonlySet<string>;
  /** The registry cannot be reached: nobody knows who may run what. */
  isAway: boolean;
  /** The name of a server by its id. */
  nameOf(server: string): string;
}

/** The services that other servers run or are to run, one for each service and server, sorted by name. */
export function placedServices({ self, services, claims, records, held, isAway, nameOf }: PlacedScene): Service[] {
  const placed: Service[] = [];
  const seen = new Set<string>();
  const projectOf = new Map([...records].flatMap(([project, record]) => record.services.map((one) => [one, project])));
  for (const { name, version, nodes } of services) {
    for (const server of new Set(nodes.map(({ metadata }) => metadata.server).filter((one) => one !== undefined))) {
      const own = nodes.filter(({ metadata }) => metadata.server === server);
      seen.add(name);
      placed.push(
        create(ServiceSchema, {
          name,
          version,
          project: projectOf.get(name) ?? '',
          kind: Kind.SERVICE,
          status: Status.RUNNING,
          server: nameOf(server),
          moves: projectOf.has(name),
          replicas: own.length,
          wanted: true,
          instances: own.map(({ id, address, port }) => ({
            id,
            address: `${address}:${port}`,
            status: Status.RUNNING,
          })),
        }),
      );
    }
  }
  for (const [project, record] of records) {
    const owner = claims.get(project)?.server;
    if (owner === self && held.has(project)) continue;
    const isOurs = owner === undefined || owner === self;
    for (const name of record.wanted.filter((one) => !seen.has(one)))
      placed.push(
        create(ServiceSchema, {
          name,
          project,
          kind: Kind.SERVICE,
          status: Status.PENDING,
          reason: isAway && isOurs ? AWAY : isOurs ? 'no server runs it yet' : 'not ready there',
          server: isOurs ? '' : nameOf(owner),
          moves: true,
          wanted: true,
        }),
      );
  }
  return placed.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.server < b.server ? -1 : 1));
}
