/**
 * A stream of the state that public/first.js began: by the time that the page's scripts are there, so is its beginning.
 * `begun` resolves with nothing when there was no server yet.
 */
export interface FirstState {
  abort: AbortController;
  begun: Promise<{ address: string; token: string; answer: Promise<Response> } | undefined>;
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
 * `fetch`, but the first request for the state is answered by what was begun already. If that was of another server or
 * token, or failed, it is sent as any other.
 */
export async function fetchWithFirst(address: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const first = firstState();
  if (!first || !String(address).endsWith('/desktop.Desktop/Watch')) return fetch(address, init);
  delete window.microFirstState;
  const begun = await first.begun;
  const token = new Headers(init?.headers).get('authorization');
  if (!begun || begun.address !== String(address) || token !== `Bearer ${begun.token}`) {
    first.abort.abort();
    return fetch(address, init);
  }
  const end = (): void => first.abort.abort();
  if (init?.signal?.aborted) end();
  init?.signal?.addEventListener('abort', end, { once: true });
  return begun.answer.catch(() => fetch(address, init));
}
