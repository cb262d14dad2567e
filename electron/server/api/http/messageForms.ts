import type { IncomingHttpHeaders } from 'node:http';
import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type Message,
  type MessageShape,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';

/** How a message travels as the whole body of a request. */
export interface MessageForm {
  contentType: string;
  /** Throws a ConnectError where the bytes are no such message. */
  read(schema: DescMessage, bytes: Uint8Array): Message;
  write<T extends DescMessage>(schema: T, message: MessageShape<T>): Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** As the RPC library reads it: a client that is newer may say more than we know. */
const JSON_OPTIONS = { ignoreUnknownFields: true };

const binary: MessageForm = {
  contentType: 'application/proto',
  read: (schema, bytes) => orError('binary', Code.Internal, () => fromBinary(schema, bytes)),
  write: (schema, message) => toBinary(schema, message),
};
const json: MessageForm = {
  contentType: 'application/json',
  read: (schema, bytes) =>
    orError('JSON', Code.InvalidArgument, () => fromJsonString(schema, decoder.decode(bytes), JSON_OPTIONS)),
  write: (schema, message) => encoder.encode(toJsonString(schema, message)),
};

/** The forms by content type, as clients write it. */
export const MESSAGE_FORMS: ReadonlyMap<string, MessageForm> = new Map([
  ['application/proto', binary],
  ['application/json', json],
]);

/** Whether a request is nothing but its message: not compressed, without a deadline. */
export function isDirectForm(headers: IncomingHttpHeaders): boolean {
  const { 'content-encoding': encoding, 'connect-timeout-ms': timeout } = headers;
  return timeout === undefined && (encoding === undefined || encoding === 'identity');
}

function orError<T>(form: string, code: Code, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new ConnectError(`parse ${form}: ${error instanceof Error ? error.message : String(error)}`, code);
  }
}
