import { isUtf8 } from 'node:buffer';
import type { BrokerMessage } from '../../events/broker.ts';
import type { StoredEvent } from '../../events/eventLog.ts';

/** Bytes as plain HTTP has them: text, or base64 under another name when they are none. */
function payloadJson(payload: Uint8Array): { payload: string } | { payloadBase64: string } {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return isUtf8(bytes) ? { payload: bytes.toString('utf8') } : { payloadBase64: bytes.toString('base64') };
}

/** An event as plain HTTP has it. */
export function eventJson({ id, topic, offset, time, key, metadata, payload, publisher }: StoredEvent): object {
  return {
    id,
    topic,
    offset,
    time: new Date(time).toISOString(),
    ...(key === '' ? {} : { key }),
    ...(publisher === '' ? {} : { publisher }),
    metadata,
    ...payloadJson(payload),
  };
}

/** A message of the broker as plain HTTP has it. */
export function messageJson({ header, body, dropped }: BrokerMessage & { dropped: number }): object {
  return { header, ...payloadJson(body), ...(dropped > 0 ? { dropped } : {}) };
}
