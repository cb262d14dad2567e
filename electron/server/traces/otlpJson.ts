import type { JsonValue } from '@bufbuild/protobuf';

/** Members that hold ids; OTLP's JSON has them in hex where protobuf's has base64. */
const IDS = new Set(['traceId', 'spanId', 'parentSpanId', 'trace_id', 'span_id', 'parent_span_id']);

const TIME = /(?:UnixNano|_unix_nano)$/;

/** OTLP's JSON as protobuf's: ids as base64, times as text even when a program wrote them as numbers. */
export function toProtoJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(toProtoJson);
  if (value === null || typeof value !== 'object') return value as JsonValue;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (IDS.has(name) && typeof member === 'string') return [name, Buffer.from(member, 'hex').toString('base64')];
      if (TIME.test(name) && typeof member === 'number') return [name, String(BigInt(Math.round(member)))];
      return [name, toProtoJson(member)];
    }),
  );
}
