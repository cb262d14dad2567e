import { MicroError } from '../../shared/contract/errors.ts';
import { findServer } from '../server/findServer.ts';
import type { ServerFile } from '../server/index.ts';
import type { ServerConnection } from './context.ts';
import { clientOf, loginToken } from './login.ts';

/**
 * The running server of a MICRO_HOME, as whoever logged in there, else as the user of this machine. Throws
 * `server.not-running` when its file is missing or of a server that is gone.
 */
export async function connectToServer(home: string): Promise<ServerConnection> {
  const info = await requireServer(home);
  const token = (await loginToken(home, info)) ?? info.token;
  return { info: { ...info, token }, client: clientOf(info, token) };
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
