import { answerOf, type OpenedSocket, openWatch } from './watchSocket.ts';

/**
 * A stream of the state that public/first.js began: by the time that the page's scripts are there, so is its beginning.
 * `begun` resolves with nothing when there was no server yet.
 */
export interface FirstState {
  begun: Promise<BegunState | undefined>;
}

/** The socket that it comes by, and of which method, with which token, it is. */
export interface BegunState extends OpenedSocket {
  address: string;
  token: string;
}

declare global {
  interface Window {
    microFirstState?: FirstState;
  }
}

/** What was begun and not taken up yet. */
export function firstState(): FirstState | undefined {
  return typeof window === 'undefined' ? undefined : window.microFirstState;
}

/**
 * `fetch`, but what watches something comes by a WebSocket, the first state by the one that was begun already if it is of the same
 * server and token. What a socket cannot bring is asked for by a request, which is told why.
 */
export async function fetchAndWatch(address: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const begun = await takeBegun(String(address), init);
  const opened = begun ?? openWatch(String(address), init);
  return (opened && (await answerOf(opened, init?.signal))) ?? fetch(address, init);
}

async function takeBegun(address: string, init?: RequestInit): Promise<BegunState | undefined> {
  const first = firstState();
  if (!first || !address.endsWith('/desktop.Desktop/Watch')) return undefined;
  delete window.microFirstState;
  const begun = await first.begun;
  const token = new Headers(init?.headers).get('authorization');
  if (!begun || (begun.address === address && token === `Bearer ${begun.token}`)) return begun;
  begun.socket.onmessage = null;
  begun.socket.close();
  return undefined;
}
