import type { Agent } from 'node:http';
import type { AskDestruction } from '../../shared/client/destruction.ts';
import { createMicroClient, type MicroClient } from '../../shared/client/microClient.ts';
import { createNodeTransport } from './nodeTransport.ts';

/** How a server is spoken to. */
export interface ServerAccess {
  /** Base address of its API. */
  proxy: string;
  /** Empty, to log in. */
  token: string;
  /** By what its connections are made; absent: Node's own, for the server of this machine. */
  agent?: Agent | undefined;
}

/** A client of a server. */
export function clientOf({ proxy, token, agent }: ServerAccess, ask?: AskDestruction): MicroClient {
  return createMicroClient({
    url: proxy,
    token,
    createTransport: (options) => createNodeTransport(options, agent),
    ask,
  });
}
