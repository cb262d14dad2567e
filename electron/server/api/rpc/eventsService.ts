import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import { type ConsumeRequest, Store as StoreContract, Stream } from '../../../../shared/contract/gen/events_pb.ts';
import type { ConsumeOptions, EventLog, NewEvent, StoredEvent } from '../../events/eventLog.ts';
import { callerOf } from './callerContext.ts';
import { pulledFrom } from './consumerStream.ts';

/** Where the key of an event stands in micro's messages, which have no field for it. */
const KEY_METADATA = 'micro-key';
/** Events of one reading when nothing is said; micro's own number. */
const USUAL_READ = 250;
const MAX_READ = 1_000;

/** Serves micro's `events.Stream` and `events.Store` on our events. Times travel in whole seconds, as micro has them. */
export function eventsService(router: ConnectRouter, events: EventLog): void {
  router.service(Stream, {
    async publish({ topic, metadata, payload, timestamp }, context) {
      const publisher = callerOf(context).service;
      await events.publish([{ ...newEvent(topic, metadata, payload, timestamp), publisher }]);
      return {};
    },
    async *consume(request, context) {
      const consumer = await events.consume({ ...consumeOptions(request), service: callerOf(context).service });
      for await (const { event } of pulledFrom(consumer, context.signal)) yield eventMessage(event);
    },
  });
  router.service(StoreContract, {
    async read({ topic, limit, offset }) {
      const size = Number(limit) || USUAL_READ;
      if (size > MAX_READ) throw new MicroError('api.invalid', `limit ${size} is more than ${MAX_READ}`);
      const [info] = await events.topics(topic);
      const from = { offset: (info?.firstOffset ?? 0) + Number(offset) };
      const page = await events.history({ topic, from, limit: size });
      return { events: page.events.map(eventMessage) };
    },
    async write({ event, ttl }, context) {
      if (!event) throw new MicroError('api.invalid', 'event is missing');
      if (event.id !== '') throw new MicroError('api.invalid', `id "${event.id}" is given; the server gives ids`);
      if (ttl !== 0n)
        throw new MicroError('api.invalid', `ttl ${ttl} is given; how long events are kept is a setting of the topic`);
      const { topic, metadata, payload, timestamp } = event;
      const publisher = callerOf(context).service;
      await events.publish([{ ...newEvent(topic, metadata, payload, timestamp), publisher }]);
      return {};
    },
  });
}

/** How micro's request wants its events. */
export function consumeOptions(request: ConsumeRequest): ConsumeOptions {
  const { group, topic, offset, autoAck, ackWait, retryLimit } = request;
  return {
    topic,
    group: group || undefined,
    from: offset === 0n ? 'end' : { time: Number(offset) * 1000 },
    autoAck,
    ackWaitMs: ackWait === 0n ? undefined : Number(ackWait) / 1e6,
    maxDeliveries: retryLimit === 0n ? undefined : retryLimit < 0n ? -1 : Number(retryLimit) + 1,
  };
}

/** An event as micro's messages have it. */
export function eventMessage({ id, topic, metadata, key, payload, time, saidAt }: StoredEvent) {
  const timestamp = BigInt(Math.floor((saidAt ?? time) / 1000));
  return {
    id,
    topic,
    metadata: key === '' ? { ...metadata } : { ...metadata, [KEY_METADATA]: key },
    payload,
    timestamp,
  };
}

function newEvent(
  topic: string,
  { [KEY_METADATA]: key, ...metadata }: Record<string, string>,
  payload: Uint8Array,
  timestamp: bigint,
): NewEvent {
  return { topic, key, metadata, payload, saidAt: timestamp === 0n ? undefined : Number(timestamp) * 1000 };
}
