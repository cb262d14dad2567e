import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import { checkNamespace } from '../../auth/checkAccess.ts';
import { errorText, type Logger } from '../../base/logger.ts';
import type { BlobInfo, BlobName, Blobs } from '../../store/blobs.ts';
import { blobNotFound } from '../rpc/blobService.ts';
import { byteRange } from './byteRange.ts';
import { sendError } from './errorResponse.ts';
import type { HttpMount } from './httpMount.ts';

/** Where blobs are over plain HTTP. */
export const BLOBS_PATH = '/_blobs/';
/** Blobs of one listing at most; `after` leads to the next. */
const MAX_LISTED = 1_000;

/**
 * Blobs by plain HTTP, for curl and for programs in any language: PUT, GET (also of a part), HEAD and DELETE of
 * `/_blobs/<namespace>/<key>`, and a listing of `/_blobs/<namespace>/`.
 */
export function blobMount(blobs: Blobs, logger: Logger): HttpMount {
  return {
    path: BLOBS_PATH,
    name: 'store',
    handle(incoming, answer, caller) {
      const [request, response] = [incoming as IncomingMessage, answer as ServerResponse];
      answerRequest(blobs, request, response, caller).catch((error: unknown) => {
        const known = toMicroError(error);
        if (known.code === 'internal.bug' && !request.destroyed)
          logger.error(`${request.method} of a blob failed: ${errorText(error)}`);
        if (response.headersSent) response.destroy();
        else sendError(response, known);
        request.resume();
      });
    },
  };
}

async function answerRequest(
  blobs: Blobs,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const name = nameOf(url.pathname.slice(BLOBS_PATH.length));
  checkNamespace(caller, name.namespace);
  const method = request.method ?? 'GET';
  if (name.key === '' && (method === 'GET' || method === 'HEAD')) return list(blobs, name.namespace, url, response);
  switch (method) {
    case 'PUT':
      return put(blobs, name, url, request, response);
    case 'GET':
    case 'HEAD':
      return get(blobs, name, request, response);
    case 'DELETE':
      if (!(await blobs.delete(name))) throw blobNotFound(name);
      response.writeHead(204).end();
      return;
    default:
      throw new MicroError('api.invalid', `${method} means nothing to a blob`, {
        next: 'use PUT, GET, HEAD or DELETE',
      });
  }
}

async function put(
  blobs: Blobs,
  name: BlobName,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.httpVersionMajor === 1 && request.headers.expect !== undefined) response.writeContinue();
  const ttl = url.searchParams.get('ttl');
  const ttlMs = ttl === null ? undefined : Number(ttl || 'nothing') * 1000;
  const contentType = request.headers['content-type'];
  const info = await blobs.put(name, request as AsyncIterable<Buffer>, { contentType, ttlMs });
  sendJson(response, 201, infoJson(info), { etag: `"${info.sha256}"` });
}

async function get(blobs: Blobs, name: BlobName, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const blob = await blobs.open(name);
  if (!blob) throw blobNotFound(name);
  try {
    const { info } = blob;
    const etag = `"${info.sha256}"`;
    const headers = {
      etag,
      'content-type': info.contentType,
      'last-modified': new Date(info.createdAtMs).toUTCString(),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      // Whoever stored it may be anybody: nothing in it may act as a page of this server.
      'content-disposition': 'attachment',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const wanted = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const range = wanted ? byteRange(request.headers.range, info.bytes) : undefined;
    if (range === 'outside') {
      response.writeHead(416, { 'content-range': `bytes */${info.bytes}` }).end();
      return;
    }
    const length = range ? range.end - range.start + 1 : info.bytes;
    const part = range ? { 'content-range': `bytes ${range.start}-${range.end}/${info.bytes}` } : {};
    response.writeHead(range ? 206 : 200, { ...headers, ...part, 'content-length': length });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await pipeline(Readable.from(blob.read(range), { objectMode: false }), response);
  } finally {
    await blob.close();
  }
}

async function list(blobs: Blobs, namespace: string, url: URL, response: ServerResponse): Promise<void> {
  const { searchParams } = url;
  const limit = Number(searchParams.get('limit') ?? MAX_LISTED);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LISTED)
    throw new MicroError('store.invalid-range', `limit ${searchParams.get('limit')} is not 1 to ${MAX_LISTED}`);
  const found = await blobs.list({
    namespace,
    prefix: searchParams.get('prefix') ?? undefined,
    after: searchParams.get('after') ?? undefined,
    limit: limit + 1,
  });
  sendJson(response, 200, { blobs: found.slice(0, limit).map(infoJson), more: found.length > limit });
}

/** `<namespace>/<key>`, both with escapes; slashes of the key may stand as they are. */
function nameOf(path: string): BlobName {
  const slash = path.indexOf('/');
  try {
    return {
      namespace: decodeURIComponent(slash < 0 ? path : path.slice(0, slash)),
      key: slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1)),
    };
  } catch (error) {
    throw new MicroError('store.invalid-key', `the path ${path} is not text in UTF-8`, { cause: error });
  }
}

function infoJson({ createdAtMs, expiresAtMs, ...info }: BlobInfo) {
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    ...info,
    createdAt: time(createdAtMs),
    ...(expiresAtMs === undefined ? {} : { expiresAt: time(expiresAtMs) }),
  };
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
