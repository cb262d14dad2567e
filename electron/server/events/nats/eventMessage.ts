import type { MsgHdrs } from '@nats-io/transport-node';
import type { NewEvent, StoredEvent } from '../eventLog.ts';

/** The header with everything of an event that is not its payload, as JSON; the id is in NATS' own. */
export const FACTS_HEADER = 'Micro-Event';
/** NATS' header for the id, by which it knows a message that it has already. */
const ID_HEADER = 'Nats-Msg-Id';
/** Bytes of a message beside payload and facts: both headers' names, id, line ends. */
export const HEADER_ROOM_BYTES = 256;

/** What {@link FACTS_HEADER} says; letters, as it is in every message. */
interface Facts {
  /** ms since 1970. */
  t?: number;
  k?: string;
  p?: string;
  m?: Record<string, string>;
  s?: number;
}

/** Facts of an event in a header, which has no room for other characters than those of ASCII. */
export function factsOf({ key, publisher, metadata, saidAt }: NewEvent, time: number): string {
  const facts: Facts = { t: time };
  if (key) facts.k = key;
  if (publisher) facts.p = publisher;
  if (metadata && Object.keys(metadata).length > 0) facts.m = { ...metadata };
  if (saidAt !== undefined) facts.s = saidAt;
  return JSON.stringify(facts).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An event as JetStream has it. */
export interface EventMessage {
  seq: number;
  data: Uint8Array;
  headers?: MsgHdrs | undefined;
  /** When JetStream took it; says the time of one that another program published. */
  takenAtMs: number;
}

/** The event of a message; of one that another program published, with what can be known of it. */
export function eventOf(topic: string, { seq, data, headers, takenAtMs }: EventMessage): StoredEvent {
  const { t, k = '', p = '', m = {}, s } = parse(headers?.get(FACTS_HEADER));
  return {
    topic,
    offset: seq - 1,
    id: headers?.get(ID_HEADER) || `${topic}-${seq - 1}`,
    time: t ?? takenAtMs,
    key: k,
    publisher: p,
    metadata: m,
    payload: data,
    saidAt: s,
  };
}

function parse(text: string | undefined): Facts {
  try {
    return text ? (JSON.parse(text) as Facts) : {};
  } catch {
    return {};
  }
}
