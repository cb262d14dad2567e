import type { ServerAddress } from './electronApp.ts';

/** A service as the contract's JSON has it; the fields that tests look at. */
export interface SeenService {
  name: string;
  status: string;
  reason?: string;
  restarts?: number;
  instances?: { pid: number; address: string; status?: string }[];
  reload?: { state?: string };
}

/** What the server says of its services, by name. Independent of the typed client, as `curl` would ask. */
export async function statusOf(server: Pick<ServerAddress, 'proxy' | 'token'>): Promise<Map<string, SeenService>> {
  const answer = (await call(server, 'desktop.Desktop/Status', {})) as { services?: SeenService[] };
  return new Map((answer.services ?? []).map((service) => [service.name, service]));
}

/** One unary call with JSON; throws with status and text when it is refused. */
export async function call(
  server: Pick<ServerAddress, 'proxy' | 'token'>,
  method: string,
  body: unknown,
): Promise<unknown> {
  const response = await fetch(`${server.proxy}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** One call whose answer is a stream, e.g. `desktop.Desktop/Restart`; resolves when the stream has ended well. */
export async function act(
  server: Pick<ServerAddress, 'proxy' | 'token'>,
  method: string,
  body: unknown,
): Promise<void> {
  // One message of a Connect stream: flags, length, JSON.
  const message = Buffer.from(JSON.stringify(body));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const response = await fetch(`${server.proxy}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/connect+json',
      'connect-protocol-version': '1',
      authorization: `Bearer ${server.token}`,
    },
    body: Buffer.concat([head, message]),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`${method}: ${response.status} ${text}`);
}
