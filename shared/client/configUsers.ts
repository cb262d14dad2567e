import type { ConfigUse, Service } from '../contract/gen/state_pb.ts';
import { touches } from '../lib/configPaths.ts';

/** A variable of a service that is made with a value of the config. */
export interface ConfigUser extends Pick<ConfigUse, 'path' | 'secret' | 'variable'> {
  service: string;
  project: string;
}

/**
 * Who uses the value at a path of the config, what is below it or the level that it is part of; with an empty path who uses
 * anything. By path, then by service.
 */
export function configUsers(services: Iterable<Service>, path: string): ConfigUser[] {
  const users = [...services].flatMap((service) =>
    service.configUses
      .filter((use) => touches(use.path, path))
      .map((use) => ({
        service: service.name,
        project: service.project,
        path: use.path,
        secret: use.secret,
        variable: use.variable,
      })),
  );
  const order = (user: ConfigUser): string => [user.path, user.service, user.variable].join('\n');
  return users.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
