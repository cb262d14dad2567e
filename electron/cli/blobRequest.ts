import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { type ErrorCode, errorCatalogue, MicroError } from '../../shared/contract/errors.ts';
import type { CliContext } from './context.ts';

/** A blob as the server's JSON tells of it. */
export interface BlobJson {
  namespace: string;
  key: string;
  bytes: number;
  sha256: string;
  contentType: string;
  createdAt: string;
  expiresAt?: string;
}

/** What is asked of the server's blobs. */
export interface BlobRequest {
  method: 'PUT' | 'GET' | 'DELETE';
  namespace: string;
  key: string;
  query?: Record<string, string>;
  contentType?: string | undefined;
  /** Streamed as the body. */
  content?: AsyncIterable<Uint8Array>;
}

/** One request to `/_blobs/`. */
export async function requestBlob(context: CliContext, asked: BlobRequest): Promise<IncomingMessage> {
  const { method, namespace, key } = asked;
  if (method === 'DELETE')
    await context.confirm?.({ method: 'store.BlobStore/Delete', text: `delete the blob ${key}` });
  return requestServer(context, `/_blobs/${encodeURIComponent(namespace)}/${encodeURIComponent(key)}`, asked);
}

/** One request of plain HTTP, streamed both ways; whatever the server refuses is thrown as the error it named. */
export async function requestServer(
  context: CliContext,
  path: string,
  asked: Pick<BlobRequest, 'method' | 'query' | 'contentType' | 'content'>,
): Promise<IncomingMessage> {
  const { info } = await context.connect();
  const { method, query = {}, contentType, content } = asked;
  const url = new URL(`${info.proxy}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = {
    authorization: `Bearer ${info.token}`,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  };
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, { method, headers, signal: context.signal, agent: info.agent });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  // A server that refuses answers before it has everything; what it says counts, not that sending failed then.
  const sent = send(content).catch((error: unknown) => {
    request.destroy(error as Error);
  });
  const response = await answered.catch((error: Error) => {
    if (context.signal.aborted || error instanceof MicroError) throw error;
    throw new MicroError('server.unreachable', `the server does not answer: ${error.message}`, { cause: error });
  });
  if ((response.statusCode ?? 500) >= 400) {
    request.removeAllListeners('error').on('error', () => {});
    throw errorOf(await text(response));
  }
  await sent;
  return response;

  async function send(chunks: AsyncIterable<Uint8Array> | undefined): Promise<void> {
    for await (const chunk of chunks ?? []) {
      if (request.destroyed) return;
      if (!request.write(chunk)) await drained();
    }
    request.end();
  }

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        request.off('drain', done).off('close', done);
        resolve();
      };
      request.on('drain', done).on('close', done);
    });
  }
}

function errorOf(body: string): MicroError {
  try {
    const { status, detail, next } = JSON.parse(body) as { status: string; detail: string; next?: string };
    const code = status in errorCatalogue ? (status as ErrorCode) : 'internal.bug';
    return new MicroError(code, detail, next === undefined ? {} : { next });
  } catch {
    return new MicroError('internal.bug', `the server answered: ${body.slice(0, 200)}`);
  }
}
