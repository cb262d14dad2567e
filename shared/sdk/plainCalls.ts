import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf, inCall } from './callContext.ts';
import type { JsonHandler } from './jsonHandlers.ts';
import type { Logger } from './logger.ts';
import { ServiceError } from './serviceError.ts';

/** Bytes of a message that are taken; micro's limit is 4 MB, and records of 64 MB have the store. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** What every answer to a call needs. */
export interface Answering {
  service: string;
  logger: Logger;
}

/** Answers `POST /<Handler>/<Method>` with a JSON body: the way of `curl`, and of programs without any library. */
export async function answerPlainCall(
  handler: JsonHandler,
  request: IncomingMessage,
  response: ServerResponse,
  { service, logger }: Answering,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const headers = headersOf(request);
  const timeoutMs = Number(headers.get('connect-timeout-ms') ?? Number.NaN);
  const deadline = Number.isFinite(timeoutMs) && timeoutMs >= 0 ? timeoutMs : undefined;
  const timer = deadline === undefined ? undefined : setTimeout(() => gone.abort(), deadline);
  const context = contextOf(headers, gone.signal, deadline);
  await inCall(context, async () => {
    try {
      if (request.method !== 'POST') throw new ServiceError(405, `${request.method} ${request.url}: calls are POST`);
      send(response, 200, await handler.answer(await readJson(request)));
    } catch (thrown) {
      const error = toServiceError(thrown, handler.endpoint.name, logger);
      send(response, error.code, error.toBody(service));
    }
  });
  clearTimeout(timer);
}

/** The error that is told; what is none of ours is written to the log and told without its reason. */
export function toServiceError(thrown: unknown, endpoint: string, logger: Logger): ServiceError {
  if (thrown instanceof ServiceError) {
    if (thrown.code >= 500) logger.error(`${endpoint} failed: ${thrown.detail}`, { error: thrown });
    return thrown;
  }
  logger.error(`${endpoint} failed`, { error: thrown });
  return new ServiceError(500, `${endpoint} failed; the log of the service says why`, { cause: thrown });
}

/** Answers with JSON, unless there is an answer already. */
export function send(response: ServerResponse, status: number, value: object): void {
  if (response.headersSent || response.destroyed) return;
  const text = `${JSON.stringify(value)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_MESSAGE_BYTES) throw new ServiceError(413, `a message may have ${MAX_MESSAGE_BYTES} bytes at most`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ServiceError(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}
