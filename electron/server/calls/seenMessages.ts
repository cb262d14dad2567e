import { gunzipSync, inflateSync } from 'node:zlib';
import { fromBinary, toJsonString } from '@bufbuild/protobuf';
import type { Call } from '../traffic/call.ts';
import type { KeptBody } from '../traffic/keptBody.ts';
import type { EndpointCatalog } from './endpointCatalog.ts';
import { methodOf } from './grpcCall.ts';
import type { Offer } from './offer.ts';

/** Bytes that a compressed message may grow to; what is kept of a body is small, a bomb is not. */
const MAX_INFLATED_BYTES = 4 * 1024 * 1024;

/** The messages of a call of gRPC that was seen. */
export interface SeenMessages {
  /** Those that are kept whole, JSON text each. */
  messages: string[];
  /** What the endpoint is called. */
  endpoint: string;
  /** Why they cannot be written as JSON, or why some are missing; empty otherwise. */
  problem: string;
}

/** Writes the messages of a call as JSON, with the types that the service describes unless they are JSON already. */
export async function seenMessages(
  { to, path, body }: Call,
  catalog: Pick<EndpointCatalog, 'endpoints'>,
): Promise<SeenMessages> {
  const offer = await catalog.endpoints(to, false);
  const endpoint = offer.endpoints.find((one) => one.path === path)?.name ?? path.slice(1).replace('/', '.');
  if (!body) return { messages: [], endpoint, problem: '' };
  try {
    return { messages: decoded(path, body, offer, to), endpoint, problem: '' };
  } catch (error) {
    return { messages: [], endpoint, problem: (error as Error).message };
  }
}

function decoded(path: string, body: KeptBody, offer: Offer, service: string): string[] {
  if (!body.contentType.startsWith('application/grpc')) return [body.bytes().toString()];
  const messages = framesOf(body);
  if (/\+json(?:$|;)/.test(body.contentType)) return messages.map(String);
  const method = offer.types && methodOf(path, offer.types);
  if (!method) {
    const why = offer.notes.length > 0 ? ` (${offer.notes.join('; ')})` : '';
    throw new Error(`${service} does not describe its messages, so they cannot be written as JSON${why}`);
  }
  return messages.map((message) => {
    try {
      return toJsonString(method.input, fromBinary(method.input, message), { registry: offer.types as never });
    } catch (error) {
      throw new Error(`a message is no ${method.input.typeName}: ${(error as Error).message}`);
    }
  });
}

/** The messages that are there whole. Throws when one is compressed in a way that cannot be undone. */
function framesOf(body: KeptBody): Buffer[] {
  const bytes = body.bytes();
  const found: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const message = bytes.subarray(at + 5, end);
    found.push(bytes[at] === 0 ? message : inflated(message, body.coding));
    at = end;
  }
  return found;
}

function inflated(message: Buffer, coding: string): Buffer {
  const options = { maxOutputLength: MAX_INFLATED_BYTES };
  try {
    if (coding === 'gzip') return gunzipSync(message, options);
    if (coding === 'deflate') return inflateSync(message, options);
  } catch (error) {
    throw new Error(`a message that is compressed (${coding}) cannot be read: ${(error as Error).message}`);
  }
  throw new Error('a message is compressed, and it is not said how');
}
