import type { AnyValue, KeyValue, Resource } from '../../../shared/contract/gen/otlp_pb.ts';

/** Depth to which values of lists and maps are written out. */
const MAX_DEPTH = 6;

/** A value of OTLP as JSON knows it. */
function plain(value: AnyValue | undefined, depth = 0): unknown {
  const one = value?.value;
  if (!one || one.case === undefined || depth > MAX_DEPTH) return null;
  switch (one.case) {
    case 'arrayValue':
      return one.value.values.map((item) => plain(item, depth + 1));
    case 'kvlistValue':
      return Object.fromEntries(one.value.values.map(({ key, value: item }) => [key, plain(item, depth + 1)]));
    case 'bytesValue':
      return Buffer.from(one.value).toString('base64');
    case 'intValue':
      return Number.isSafeInteger(Number(one.value)) ? Number(one.value) : String(one.value);
    default:
      return one.value;
  }
}

/** A value as text: words as they are, everything else as JSON. */
export function textOf(value: AnyValue | undefined): string {
  const one = plain(value);
  return typeof one === 'string' ? one : one === null ? '' : JSON.stringify(one);
}

/** Attributes as names and texts. */
export function attributesOf(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, textOf(value)]));
}

/** Attributes with their values as JSON knows them. */
export function plainAttributes(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}

/** Who reports. */
export interface Reporter {
  service: string;
  instance: string;
}

/** What the standard has for a program that does not say its name, often with that of its executable after a colon. */
const UNKNOWN = 'unknown_service';

/**
 * Reads who reports from the resource. A program whose SDK was not told to read its environment does not say; it is then
 * the service whose process sent the report, where that is known.
 */
export function reporterOf(resource: Resource | undefined, sender: string | undefined): Reporter {
  const attributes = attributesOf(resource?.attributes ?? []);
  const named = attributes['service.name'];
  return {
    service: (isNamed(named) ? named : sender) || named || UNKNOWN,
    instance: attributes['service.instance.id'] ?? '',
  };
}

/** Whether a resource says which service it is. */
export function saysWho(resource: Resource | undefined): boolean {
  const name = resource?.attributes.find(({ key }) => key === 'service.name')?.value;
  return isNamed(textOf(name));
}

function isNamed(name: string | undefined): name is string {
  return name !== undefined && name !== '' && !name.startsWith(UNKNOWN);
}

/** An id as hex digits; empty when there is none (zeros mean the same). */
export function hexOf(id: Uint8Array): string {
  const hex = Buffer.from(id).toString('hex');
  return /[^0]/.test(hex) ? hex : '';
}

/** ns since 1970 as ms with a fraction (exact to about a quarter of a µs). */
export function millis(nanos: bigint): number {
  return Number(nanos / 1000n) / 1000;
}
