import { createMicroClient } from '../../shared/client/microClient.ts';
import { MicroError } from '../../shared/contract/errors.ts';
import { findServer } from '../server/findServer.ts';
import type { ServerConnection } from './context.ts';
import { createNodeTransport } from './nodeTransport.ts';

/** The running server of a MICRO_HOME; throws `server.not-running` when its file is missing or of a server that is gone. */
export async function connectToServer(home: string): Promise<ServerConnection> {
  const info = await findServer(home);
  if (!info) throw notRunning(home);
  return {
    info,
    client: createMicroClient({ url: info.proxy, token: info.token, createTransport: createNodeTransport }),
  };
}

function notRunning(home: string): MicroError {
  return new MicroError('server.not-running', `no micro server is running for ${home}`, {
    next: 'start one with: micro server',
    details: { home },
  });
}
