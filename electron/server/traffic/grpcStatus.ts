import type { ErrorCode, MicroError } from '../../../shared/contract/errors.ts';

/** Statuses of gRPC for the errors that traffic itself makes. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'gateway.no-service': 5,
  'gateway.not-ready': 14,
  'gateway.upstream-failed': 14,
  'gateway.timeout': 4,
  'api.forbidden-host': 7,
  'server.stopping': 14,
};

const INTERNAL = 13;

/** The status of gRPC that stands for an error of traffic. */
export function grpcStatusOf(error: MicroError): number {
  return STATUS[error.code] ?? INTERNAL;
}

/** A message as `grpc-message` carries it: UTF-8, what is not printable ASCII in percent signs. */
export function grpcMessage(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };

/** The deadline of a call, `grpc-timeout` (`250m`, `5S`), in ms; undefined when there is none. */
export function timeoutOf(text: string | undefined): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text ?? '');
  return match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : undefined;
}

/** `grpc-message` as words; as it is when its escapes are wrong. */
export function decodedMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
