import type { WebSocket } from 'ws';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { isWatchPath } from '../../../../shared/contract/watchSocket.ts';
import type { Caller } from '../../auth/caller.ts';
import type { RpcAdapters } from './rpcAdapters.ts';

/** Codes of RFC 6455 that such a socket ends with. */
const ENDED = 1000;
const REFUSED = 1008;
const FAILED = 1011;

/**
 * A WebSocket at `/_ws/watch/<package.Service>/<Method>?message=<base64>`: the answer of a method that watches something, in the very
 * bytes that Connect has for it, a part of them in each message. The client says nothing.
 *
 * It is there for the window: while a request is under way Chromium asks four times a second how far it is, which costs more than
 * all that a page at rest does; and of one server it has six requests under way at most. A socket knows neither.
 */
export async function serveWatchSocket(
  rpc: Pick<RpcAdapters, 'watch'>,
  socket: WebSocket,
  rest: string,
  url: URL,
  caller: Caller,
): Promise<void> {
  const path = `/${rest}`;
  const end = new AbortController();
  socket.on('close', () => end.abort());
  try {
    if (!isWatchPath(path)) throw new MicroError('api.unknown-method', `${path} watches nothing`);
    const message = Buffer.from(url.searchParams.get('message') ?? '', 'base64');
    // One that reads slowly is waited for: what it misses meanwhile is gathered by the method, as over HTTP.
    for await (const part of rpc.watch(path, message, caller, end.signal)) await send(socket, part);
    socket.close(ENDED);
  } catch (error) {
    if (end.signal.aborted) return;
    if (error instanceof MicroError) socket.close(REFUSED, error.code);
    else socket.close(FAILED);
  }
}

function send(socket: WebSocket, part: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => socket.send(part, (error) => (error ? reject(error) : resolve())));
}
