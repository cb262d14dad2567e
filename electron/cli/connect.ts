import type { AskDestruction } from '../../shared/client/destruction.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import { openDestination, refreshAt } from '../server/environments/destination.ts';
import { ClusterServers } from '../server/environments/clusterServers.ts';
import { type KubernetesEnvironment, LOCAL } from '../server/environments/environment.ts';
import { LoginFile } from '../server/environments/logins.ts';
import { plainAgent } from '../server/environments/trust.ts';
import { findServer } from '../server/findServer.ts';
import type { ServerFile } from '../server/index.ts';
import type { ServerConnection } from './context.ts';
import type { Place } from './place.ts';
import { clientOf, type ServerAccess } from './serverClient.ts';

/**
 * The server of a place, as whoever logged in there; on this machine without a login as its user. Throws
 * `server.not-running`, `environment.not-logged-in` and what reaching it fails by. `ask` is asked before anything is ended there.
 */
export async function connectToServer(home: string, place: Place, ask?: AskDestruction): Promise<ServerConnection> {
  const access = await accessTo(home, place);
  return { info: access, client: clientOf(access, ask) };
}

async function accessTo(home: string, { environment }: Place): Promise<ServerAccess> {
  if (environment?.kind === 'server') {
    const { url, agent, token } = openDestination(home, environment);
    return { proxy: url, agent, token: await token() };
  }
  const info = await serverHere(home, environment);
  const address = { url: info.proxy, agent: plainAgent() };
  const login = new LoginFile(home, environment?.name ?? LOCAL);
  const token = await login.token((refreshToken) => refreshAt(address, refreshToken));
  return { proxy: info.proxy, token: token ?? info.token };
}

/** The server of this machine; for a cluster that of its environment, which is started where it does not run. */
function serverHere(
  home: string,
  cluster: KubernetesEnvironment | undefined,
): Promise<{ proxy: string; token: string }> {
  return cluster ? new ClusterServers(home, findServer).reach(cluster) : requireServer(home);
}

/** How to log in at the server of a place: without a token. */
export async function accessWithoutLogin(home: string, { environment }: Place): Promise<ServerAccess> {
  if (environment?.kind === 'server') {
    const { url, agent } = openDestination(home, environment);
    return { proxy: url, agent, token: '' };
  }
  return { proxy: (await serverHere(home, environment)).proxy, token: '' };
}

/** The running server of a MICRO_HOME; throws `server.not-running`. */
export async function requireServer(home: string): Promise<ServerFile> {
  const info = await findServer(home);
  if (info) return info;
  throw new MicroError('server.not-running', `no micro server is running for ${home}`, {
    next: 'start one with: micro server',
    details: { home },
  });
}
