import { MicroError } from '../../../shared/contract/errors.ts';
import type { DeadLetter, StoredEvent } from './eventLog.ts';

/** First byte of a row, so that a later form can be told apart. */
const FORMAT = 1;
/** Format, time, time that was said (0: none), id, bytes of key, publisher and metadata. */
const HEADER_BYTES = 1 + 8 + 8 + 16 + 2 + 2 + 4;

/** Bytes of an event; topic and offset are its key. */
export function encodeEvent(event: Omit<StoredEvent, 'topic' | 'offset'>): Buffer {
  const key = Buffer.from(event.key, 'utf8');
  const publisher = Buffer.from(event.publisher, 'utf8');
  const metadata = Buffer.from(Object.keys(event.metadata).length > 0 ? JSON.stringify(event.metadata) : '', 'utf8');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT, 0);
  header.writeDoubleBE(event.time, 1);
  header.writeDoubleBE(event.saidAt ?? 0, 9);
  header.write(event.id.replaceAll('-', ''), 17, 'hex');
  header.writeUInt16BE(key.length, 33);
  header.writeUInt16BE(publisher.length, 35);
  header.writeUInt32BE(metadata.length, 37);
  return Buffer.concat([header, key, publisher, metadata, event.payload]);
}

/** The event that some bytes say. Throws `storage.corrupt` when they are none. */
export function decodeEvent(topic: string, offset: number, row: Buffer): StoredEvent {
  check(topic, row);
  const publisherAt = HEADER_BYTES + row.readUInt16BE(33);
  const metadataAt = publisherAt + row.readUInt16BE(35);
  const payloadAt = metadataAt + row.readUInt32BE(37);
  const id = row.toString('hex', 17, 33);
  return {
    topic,
    offset,
    id: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
    time: row.readDoubleBE(1),
    saidAt: row.readDoubleBE(9) || undefined,
    key: row.toString('utf8', HEADER_BYTES, publisherAt),
    publisher: row.toString('utf8', publisherAt, metadataAt),
    metadata:
      payloadAt === metadataAt
        ? {}
        : (JSON.parse(row.toString('utf8', metadataAt, payloadAt)) as Record<string, string>),
    payload: row.subarray(payloadAt),
  };
}

/** The time of a row, without reading the rest. */
export function timeOf(topic: string, row: Buffer): number {
  check(topic, row);
  return row.readDoubleBE(1);
}

/** The key of a row, without reading the rest. */
export function keyOf(topic: string, row: Buffer): string {
  check(topic, row);
  return row.toString('utf8', HEADER_BYTES, HEADER_BYTES + row.readUInt16BE(33));
}

/** Bytes of a row as a topic counts them: key, publisher, metadata, payload. */
export function bytesOf(row: Buffer): number {
  return row.length - HEADER_BYTES;
}

/** Bytes of a dead letter: its facts, then the event, which outlives the history. */
export function encodeDeadLetter({ event, deliveries, time, reason }: DeadLetter): Buffer {
  const facts = Buffer.from(JSON.stringify({ deliveries, time, reason }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(facts.length);
  return Buffer.concat([length, facts, encodeEvent(event)]);
}

/** The dead letter that some bytes say. */
export function decodeDeadLetter(topic: string, offset: number, row: Buffer): DeadLetter {
  const end = 4 + row.readUInt32BE(0);
  const facts = JSON.parse(row.toString('utf8', 4, end)) as Omit<DeadLetter, 'event'>;
  return { event: decodeEvent(topic, offset, row.subarray(end)), ...facts };
}

function check(topic: string, row: Buffer): void {
  if (row.length >= HEADER_BYTES && row.readUInt8(0) === FORMAT) return;
  throw new MicroError('storage.corrupt', `an event of ${topic} has the unknown form ${row[0] ?? 'of nothing'}`, {
    next: 'It was written by a later version of Micro Desktop, or damaged; remove the topic, or move the events folder away.',
  });
}
