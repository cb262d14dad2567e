import { MicroError } from '../../../shared/contract/errors.ts';
import type { ConsumeOptions, EventLimits, NewEvent, Position } from './eventLog.ts';

/** Bytes of a payload. What is larger is a blob whose key goes into the event. */
export const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
/** Bytes of metadata as JSON; they are read with every look at an event. */
const MAX_METADATA_BYTES = 64 * 1024;
/** Bytes of a key; keys of unacknowledged events are in memory. */
const MAX_KEY_BYTES = 256;
/** Events of one publish. */
const MAX_BATCH = 1_000;
/** Topics, groups of a topic, consumers of a topic: each is in memory; more is a mistake, such as a topic per request. */
export const MAX_TOPICS = 10_000;
export const MAX_GROUPS = 1_000;
export const MAX_CONSUMERS = 1_000;
/** ms; a longer wait for an acknowledgement is a mistake of units. */
const MAX_WAIT_MS = 24 * 3600 * 1000;
const MAX_UNACKED = 10_000;

/** Until it is known what holds for a topic. */
export const NO_LIMITS: EventLimits = { maxAgeMs: 0, maxBytes: Number.MAX_VALUE, maxEvents: Number.MAX_VALUE };

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Refuses a name that is not 1 to 128 letters, digits, `.`, `_`, `-`, or begins with one of the last three. */
export function checkEventName(what: 'topic' | 'group' | 'queue', name: string): void {
  if (NAME.test(name)) return;
  throw new MicroError('events.invalid-name', `${what} ${shown(name)} is no name`, {
    next: 'A name is 1 to 128 letters, digits, dots, underscores and dashes, and begins with a letter or digit.',
  });
}

/** Refuses what cannot be published. */
export function checkNewEvents(events: readonly NewEvent[]): void {
  if (events.length > MAX_BATCH)
    throw new MicroError('events.too-large', `${events.length} events at once; there may be ${MAX_BATCH}`);
  for (const { topic, key = '', payload, metadata = {} } of events) {
    checkEventName('topic', topic);
    checkKey(key);
    checkPayload(topic, payload);
    checkMetadata(topic, metadata);
  }
}

/** Refuses a payload that is too large for the topic. */
export function checkPayload(topic: string, payload: Uint8Array): void {
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new MicroError(
      'events.too-large',
      `a payload of ${payload.length} bytes for ${topic}; it has at most ${MAX_PAYLOAD_BYTES}`,
      { next: 'Keep it in the store and publish its key.' },
    );
}

/** Refuses metadata that is too large, or not text. */
export function checkMetadata(topic: string, metadata: Readonly<Record<string, string>>): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MAX_METADATA_BYTES)
    throw new MicroError(
      'events.too-large',
      `metadata of ${bytes} bytes for ${topic}; it has at most ${MAX_METADATA_BYTES}`,
    );
}

/** Refuses names and numbers that mean nothing. */
export function checkConsume(options: ConsumeOptions): void {
  checkEventName('topic', options.topic);
  if (options.group !== undefined) checkEventName('group', options.group);
  if (options.from !== undefined) checkPosition(options.from);
  const { ackWaitMs = 1, maxDeliveries = 1, maxUnacked = 1 } = options;
  if (!(ackWaitMs >= 1 && ackWaitMs <= MAX_WAIT_MS))
    throw invalidRange(`a wait of ${ackWaitMs} ms for an acknowledgement is not between 1 ms and a day`);
  if (maxDeliveries !== -1 && !(Number.isSafeInteger(maxDeliveries) && maxDeliveries >= 1))
    throw invalidRange(`${maxDeliveries} deliveries are neither at least 1 nor -1`);
  if (!(Number.isSafeInteger(maxUnacked) && maxUnacked >= 1 && maxUnacked <= MAX_UNACKED))
    throw invalidRange(`${maxUnacked} unacknowledged events are not between 1 and ${MAX_UNACKED}`);
}

/** Refuses an offset or a time that is no number from 0 on. */
export function checkPosition(position: Position): void {
  if (typeof position === 'string') return;
  const [what, value] = 'offset' in position ? ['offset', position.offset] : ['time', position.time];
  const isFine = what === 'offset' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!isFine || (value as number) < 0) throw invalidRange(`${what} ${value} is not a number from 0 on`);
}

/** Refuses a delay of a nack that cannot be. */
export function checkDelay(delayMs: number): void {
  if (!(delayMs >= 0 && delayMs <= MAX_WAIT_MS)) throw invalidRange(`a delay of ${delayMs} ms is not within a day`);
}

function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES)
    throw new MicroError('events.invalid-name', `a key of ${bytes} bytes; it has at most ${MAX_KEY_BYTES}`);
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(key))
    throw new MicroError('events.invalid-name', `the key ${shown(key)} has half of a surrogate pair in it`);
}

function invalidRange(message: string): MicroError {
  return new MicroError('events.invalid-range', message);
}

/** A name as a message shows it: quoted, its start only. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
