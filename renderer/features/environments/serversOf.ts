import { type ServerMember, Status, type StatusResponse } from '../../../shared/contract/gen/state_pb.ts';
import { statusWord } from '../../../shared/client/serviceWords.ts';

/** A server of an environment with the names of what it runs; what does not run well is followed by its status. */
export type PlacedServer = Pick<ServerMember, 'id' | 'name' | 'host' | 'version' | 'since' | 'self'> & {
  runs: string[];
};

/** The servers of an environment with what each runs, and what is to run but has no server yet. */
export function serversOf({
  servers,
  services,
  elsewhere,
}: Pick<StatusResponse, 'servers' | 'services' | 'elsewhere'>): {
  servers: PlacedServer[];
  unplaced: string[];
} {
  const all = [...services, ...elsewhere].filter(({ status }) => status !== Status.STOPPED);
  const text = ({ name, status }: (typeof all)[number]): string =>
    status === Status.RUNNING ? name : `${name} (${statusWord(status)})`;
  return {
    servers: servers.map((server) => ({ ...server, runs: all.filter((one) => one.server === server.name).map(text) })),
    unplaced: elsewhere.filter(({ server }) => server === '').map(({ name }) => name),
  };
}
