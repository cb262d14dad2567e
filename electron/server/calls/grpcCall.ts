import http2 from 'node:http2';
import { type DescMethod, type Registry, fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { ServiceCallEvent } from '../../../shared/contract/gen/calls_pb.ts';
import type { BuiltRequest } from './buildRequest.ts';
import { type CallOptions, event, traceparentOf } from './httpCall.ts';

/** Bytes of one message that are taken; gRPC's own default is 4 MB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** How messages are written: with the types that the service described, or in JSON for those that take it (micro's do). */
export interface GrpcCodec {
  contentType: string;
  encode(json: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

/** The codec of a method; `registry` is what the service described, undefined when it did not. */
export function codecOf(path: string, registry: Registry | undefined): GrpcCodec {
  const method = registry && methodOf(path, registry);
  if (!registry || !method) {
    return {
      contentType: 'application/grpc+json',
      encode: (json) => Buffer.from(json),
      decode: (bytes) => Buffer.from(bytes).toString(),
    };
  }
  return {
    contentType: 'application/grpc+proto',
    encode(json) {
      try {
        return toBinary(method.input, fromJsonString(method.input, json, { registry }));
      } catch (error) {
        throw new MicroError(
          'api.invalid',
          `the message does not fit ${method.input.typeName}: ${(error as Error).message}`,
        );
      }
    },
    decode: (bytes) => toJsonString(method.output, fromBinary(method.output, bytes), { registry }),
  };
}

/** The method that a path names: `/package.Service/Method`. */
export function methodOf(path: string, registry: Registry): DescMethod | undefined {
  const [, service = '', name] = path.split('/');
  return registry.getService(service)?.methods.find((method) => method.name === name);
}

/** The messages of a body: one JSON value, or one on each line. */
export function messagesOf(body: string): string[] {
  const text = body.trim();
  if (text === '') return ['{}'];
  try {
    JSON.parse(text);
    return [text];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw new MicroError('api.invalid', `the message is not JSON: ${(error as Error).message}`);
    return lines;
  }
}

/** Makes a call of gRPC through the gateway and yields head, messages and end. Cancelling ends the call. Never throws. */
export async function* grpcCall(
  request: BuiltRequest,
  messages: readonly Uint8Array[],
  codec: GrpcCodec,
  options: CallOptions,
  signal: AbortSignal,
): AsyncGenerator<ServiceCallEvent> {
  const startedAt = options.clock.monotonic();
  const elapsed = (): number => options.clock.monotonic() - startedAt;
  const session = http2.connect(`http://${options.host}:${options.port}`);
  let error = '';
  session.on('error', (thrown: Error) => {
    error ||= thrown.message;
  });
  const stream = session.request({
    ':method': 'POST',
    ':path': options.prefix + request.path,
    'content-type': codec.contentType,
    te: 'trailers',
    traceparent: traceparentOf(options.traceId),
    ...Object.fromEntries(request.headers.map(({ name, value }) => [name.toLowerCase(), value])),
  });
  const abort = (): void => stream.close(http2.constants.NGHTTP2_CANCEL);
  signal.addEventListener('abort', abort, { once: true });
  const limit = options.clock.setTimeout(() => {
    error ||= `no complete answer within ${options.timeoutMs} ms`;
    abort();
  }, options.timeoutMs);
  let trailers: http2.IncomingHttpHeaders = {};
  let head: http2.IncomingHttpHeaders | undefined;
  let bytes = 0;
  let passed = 0;
  try {
    stream.on('error', () => {});
    stream.on('trailers', (headers) => {
      trailers = headers;
    });
    const answered = new Promise<void>((resolve) => {
      stream.once('response', (headers) => {
        head = headers;
        resolve();
      });
      stream.once('close', resolve);
    });
    for (const message of messages) stream.write(frame(message));
    stream.end();
    await answered;
    if (head) {
      const { ':status': status, ...rest } = head;
      yield event('head', { status: Number(status ?? 0), headers: listOf(rest), afterMs: elapsed() });
      let waiting: Buffer = Buffer.alloc(0);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        waiting = Buffer.concat([waiting, chunk]);
        for (let taken = takeFrame(waiting); taken; taken = takeFrame(waiting)) {
          waiting = taken.rest;
          if (passed + taken.message.length > options.maxBytes) continue;
          passed += taken.message.length;
          yield event('message', codec.decode(taken.message));
        }
        if (waiting.length > MAX_MESSAGE_BYTES) throw new Error('a message is too large');
      }
    }
  } catch (thrown) {
    error ||= signal.aborted ? 'cancelled' : (thrown as Error).message;
  } finally {
    limit.dispose();
    signal.removeEventListener('abort', abort);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    session.destroy();
  }
  const all = { ...head, ...trailers };
  const status = all['grpc-status'] === undefined ? undefined : Number(all['grpc-status']);
  if (signal.aborted) error ||= 'cancelled';
  if (status === undefined) error ||= 'the answer ended without a status';
  yield event('end', {
    durationMs: elapsed(),
    bytes,
    cut: false,
    trailers: listOf(trailers),
    ...(status === undefined ? {} : { grpcStatus: status }),
    grpcMessage: decoded(String(all['grpc-message'] ?? '')),
    error,
    ok: error === '' && status === 0,
  });
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function takeFrame(buffer: Buffer): { message: Buffer; rest: Buffer } | undefined {
  if (buffer.length < 5) return undefined;
  const end = 5 + buffer.readUInt32BE(1);
  if (buffer.length < end) return undefined;
  if (buffer[0] !== 0) throw new Error('a message is compressed in a way that was not offered');
  return { message: buffer.subarray(5, end), rest: buffer.subarray(end) };
}

function listOf(headers: http2.IncomingHttpHeaders): { name: string; value: string }[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => (one === undefined ? [] : [{ name, value: one }])),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
