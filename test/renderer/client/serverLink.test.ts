import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ServerState } from '../../../shared/contract/bridge.ts';
import type { LinkStatus } from '../../../renderer/client/serverLink.ts';

const ready = (token: string): ServerState => ({
  status: 'ready',
  connection: { url: 'http://127.0.0.1:8081', token },
});

let tell: (state: ServerState) => void;
let answer: (state: ServerState) => void;
let tokens: (string | null)[];
let aborted: number;

beforeEach(() => {
  vi.resetModules();
  tokens = [];
  aborted = 0;
  // A server that takes requests and says nothing.
  vi.stubGlobal('fetch', (_url: string, { headers, signal }: { headers: Headers; signal: AbortSignal }) => {
    tokens.push(headers.get('authorization'));
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
        reject(signal.reason);
      });
    });
  });
  vi.stubGlobal('micro', {
    serverState: () => new Promise<ServerState>((resolve) => (answer = resolve)),
    onDidChangeServerState: (listener: (state: ServerState) => void) => {
      tell = listener;
      return () => {};
    },
  });
});

afterEach(() => vi.unstubAllGlobals());

async function startLink(): Promise<{ statuses: LinkStatus[]; stop: () => void }> {
  const { ServerLink } = await import('../../../renderer/client/serverLink.ts');
  const statuses: LinkStatus[] = [];
  const link = new ServerLink({ handleState: () => {}, handleStatus: (status) => statuses.push(status) });
  link.start();
  return { statuses, stop: () => link.stop() };
}

it('a server that the app tells of and answers with is connected to once', async () => {
  const link = await startLink();
  answer(ready('one'));
  await vi.waitFor(() => expect(tokens).toEqual(['Bearer one']));
  tell(ready('one'));
  tell(ready('two'));
  await vi.waitFor(() => expect(tokens).toEqual(['Bearer one', 'Bearer two']));
  expect(aborted).toBe(1);
  link.stop();
});

it('a server that went and came back as it was is connected to again', async () => {
  const link = await startLink();
  tell(ready('one'));
  await vi.waitFor(() => expect(tokens).toHaveLength(1));
  tell({ status: 'restarting', reason: 'it ended', attempt: 1 });
  tell(ready('one'));
  await vi.waitFor(() => expect(tokens).toEqual(['Bearer one', 'Bearer one']));
  expect(link.statuses.map(({ status }) => status)).toEqual(['connecting', 'reconnecting']);
  link.stop();
});
