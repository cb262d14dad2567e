import { request } from 'node:http';
import type { ServerFile } from '../server/serverFile.ts';

/** A call of the app to its server that has not ended after this is given up; the page makes all the long ones. */
const CALL_TIMEOUT_MS = 10_000;

/** What the app asks about services before it quits. */
export interface ServiceSummary {
  name: string;
  status: string;
}

/** Calls one method of the contract with JSON. Rejects with the server's own words. */
export async function callServer(server: ServerFile, method: string, body: unknown): Promise<unknown> {
  const { status, text } = await post(
    server,
    method,
    'application/json',
    Buffer.from(JSON.stringify(body)),
    CALL_TIMEOUT_MS,
  );
  if (status !== 200) throw new Error(`${method}: ${messageOf(text)}`);
  return JSON.parse(text);
}

/** Asks the server to stop its services in order and itself. Resolves when its answer has ended. */
export async function shutdownServer(server: ServerFile, timeoutMs: number): Promise<void> {
  // One message of a Connect stream: flags, length, JSON.
  const message = Buffer.from('{}');
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  await post(server, 'desktop.Desktop/Shutdown', 'application/connect+json', Buffer.concat([head, message]), timeoutMs);
}

function post(
  server: ServerFile,
  method: string,
  contentType: string,
  body: Buffer,
  timeoutMs: number,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': contentType,
      'content-length': body.length,
      'connect-protocol-version': '1',
      authorization: `Bearer ${server.token}`,
    };
    const outgoing = request(`${server.proxy}/${method}`, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => done(() => resolve({ status: response.statusCode ?? 0, text })));
      response.on('error', (error) => done(() => reject(error)));
    });
    const timer = setTimeout(() => outgoing.destroy(new Error(`${method}: no answer in ${timeoutMs} ms`)), timeoutMs);
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    outgoing.on('error', (error) => done(() => reject(error)));
    outgoing.end(body);
  });
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: shown as it is.
  }
  return text.trim().slice(0, 200) || 'no answer';
}

/** Every service with its status. */
export async function allServices(server: ServerFile): Promise<ServiceSummary[]> {
  const answer = (await callServer(server, 'desktop.Desktop/Status', {})) as { services?: ServiceSummary[] };
  return answer.services ?? [];
}

/** Names of services that run or are on their way up or down. */
export async function liveServices(server: ServerFile): Promise<string[]> {
  const idle = new Set(['STATUS_UNKNOWN', 'STATUS_STOPPED', 'STATUS_ERROR', undefined]);
  return (await allServices(server)).filter((service) => !idle.has(service.status)).map((service) => service.name);
}
