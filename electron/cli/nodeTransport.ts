import type { Agent } from 'node:http';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import type { TransportOptions } from '../../shared/client/microClient.ts';

/**
 * Requests over node:http. `fetch` of Node ends an answer that is silent for five minutes, which would cut
 * `micro logs -f` of a quiet service; it also costs some 30 ms more to load.
 */
export function createNodeTransport(options: TransportOptions, agent?: Agent): Transport {
  return createConnectTransport({ ...options, httpVersion: '1.1', ...(agent ? { nodeOptions: { agent } } : {}) });
}
