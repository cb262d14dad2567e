import { isWatchPath, WATCH_SOCKET_PATH } from '../../shared/contract/watchSocket.ts';

/** Name of the protocol that both ends of a WebSocket speak; the server picks it among those offered. */
const SOCKET_PROTOCOL = 'micro.v1';
/** Bytes before the message in a request of Connect: flags, and how long it is. */
const ENVELOPE_BYTES = 5;
/** Longest request that is put into an address, bytes; servers refuse addresses of some 16 KB. */
const MAX_MESSAGE_BYTES = 4_096;
/** What a socket says when the answer is whole. */
const ENDED = 1000;

/** A socket that is being opened, or is open, and what it has brought until somebody listens to it. */
export interface OpenedSocket {
  socket: WebSocket;
  early: ArrayBuffer[];
}

/** The protocols that a socket offers; the token is one, because a page cannot set headers here. A cookie stands in for it. */
export function socketProtocols(token: string): string[] {
  return token ? [SOCKET_PROTOCOL, `bearer.${token}`] : [SOCKET_PROTOCOL];
}

/** The address of a WebSocket `path` of the server at `url`. */
export function socketAddress(url: string, path: string): string {
  return `${url.replace(/\/+$/, '').replace(/^http/, 'ws')}${path}`;
}

/**
 * Asks by a socket what a request would ask for that watches something (see shared/contract/watchSocket.ts). Undefined for
 * requests that do not, or that do not fit.
 */
export function openWatch(address: string, init: RequestInit | undefined): OpenedSocket | undefined {
  const { body } = init ?? {};
  if (!isWatchPath(address) || !(body instanceof Uint8Array)) return undefined;
  if (body.length > ENVELOPE_BYTES + MAX_MESSAGE_BYTES || typeof WebSocket === 'undefined') return undefined;
  const [, url = '', method = ''] = /^(.*)(\/[^/]+\/[^/]+)$/.exec(address) ?? [];
  const message: number[] = [...(body as Uint8Array).subarray(ENVELOPE_BYTES)];
  const query = message.length === 0 ? '' : `?message=${encodeURIComponent(btoa(String.fromCharCode(...message)))}`;
  const token = new Headers(init?.headers).get('authorization')?.replace(/^Bearer /, '') ?? '';
  const socket = new WebSocket(socketAddress(url, `${WATCH_SOCKET_PATH}${method}${query}`), socketProtocols(token));
  socket.binaryType = 'arraybuffer';
  const early: ArrayBuffer[] = [];
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => early.push(data);
  return { socket, early };
}

/**
 * What a socket brings, as the answer that `fetch` would have given; there with the first of it. Undefined when it ends before
 * that: why, only a request is told. The signal ends the socket, and rejects.
 */
export function answerOf(
  { socket, early }: OpenedSocket,
  signal: AbortSignal | null | undefined,
): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    let parts: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stop = (): void => {
      signal?.removeEventListener('abort', abort);
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    };
    const abort = (): void => {
      stop();
      const reason = signal?.reason as Error;
      parts?.error(reason);
      reject(reason);
    };
    const begin = (): ReadableStreamDefaultController<Uint8Array> => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          parts = controller;
        },
        cancel: stop,
      });
      resolve(new Response(body, { headers: { 'content-type': 'application/connect+proto' } }));
      return parts as unknown as ReadableStreamDefaultController<Uint8Array>;
    };
    const take = (data: ArrayBuffer): void => {
      (parts ?? begin()).enqueue(new Uint8Array(data));
    };
    const close = (code: number): void => {
      stop();
      if (!parts) resolve(undefined);
      else if (code === ENDED) parts.close();
      else parts.error(new TypeError('the connection to the server broke'));
    };
    if (signal?.aborted) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    for (const data of early.splice(0)) take(data);
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => take(data);
    socket.onclose = ({ code }) => close(code);
    // Its end may have been before anybody listened.
    if (socket.readyState === WebSocket.CLOSED) close(0);
  });
}
