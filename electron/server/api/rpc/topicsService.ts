import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import {
  type ConsumeRequest,
  type DeadLettersChoice,
  type Position as PositionMessage,
  type Receipt as ReceiptMessage,
  Topics,
} from '../../../../shared/contract/gen/topics_pb.ts';
import type { Clock } from '../../base/clock.ts';
import type { ConsumeOptions, EventLog, Position, Receipt, StoredEvent } from '../../events/eventLog.ts';
import { callerOf } from './callerContext.ts';
import { pulledFrom } from './consumerStream.ts';
import { changedTopics } from './topicFeed.ts';

/** Events of a page when nothing is said, and at most. */
const USUAL_PAGE = 100;
const MAX_PAGE = 1_000;

/** Serves our own `topics.Topics`: events with keys, receipts, history and groups. */
export function topicsService(router: ConnectRouter, { events, clock }: { events: EventLog; clock: Clock }): void {
  const settle = async (receipt: ReceiptMessage, outcome: Receipt['outcome']) => ({
    unknown: await events.settle({
      topic: receipt.topic,
      group: receipt.group,
      ids: receipt.ids,
      outcome,
      consumer: receipt.consumer || undefined,
      delayMs: receipt.delayMs || undefined,
      reason: receipt.reason || undefined,
    }),
  });
  const settleLetters = async ({ topic, group, offsets }: DeadLettersChoice, outcome: 'resend' | 'drop') => {
    if (offsets.length === 0 || offsets.length > MAX_PAGE)
      throw new MicroError('api.invalid', `${offsets.length} offsets; there are 1 to ${MAX_PAGE} of them`);
    return { unknown: await events.settleDeadLetters(topic, group, offsets, outcome) };
  };
  router.service(Topics, {
    async publish({ topic, key, metadata, payload }, context) {
      const publisher = callerOf(context).service;
      const [published] = await events.publish([{ topic, key, metadata, payload, publisher }]);
      return published ?? {};
    },
    async *consume(request, context) {
      const consumer = await events.consume(consumeOptions(request, context));
      yield { consumer: consumer.id, group: consumer.group };
      for await (const { event, attempt } of pulledFrom(consumer, context.signal))
        yield { event: eventMessage(event), attempt };
    },
    ack: (receipt) => settle(receipt, 'ack'),
    nack: (receipt) => settle(receipt, 'nack'),
    extend: (receipt) => settle(receipt, 'extend'),
    list: async ({ topic }) => ({ topics: await events.topics(topic || undefined) }),
    watch: ({ topic }, context) => changedTopics(events, clock, topic, context.signal),
    async history({ topic, from, backwards, limit, key, payloadLimit }) {
      const page = await events.history({
        topic,
        from: positionOf(from),
        backwards,
        limit: pageSize(limit),
        key: key || undefined,
      });
      return {
        events: page.events.map((event) => ({
          event: { ...event, payload: payloadLimit ? event.payload.subarray(0, payloadLimit) : event.payload },
          payloadBytes: event.payload.length,
        })),
        ...(page.next === undefined ? {} : { next: page.next }),
      };
    },
    async deadLetters({ topic, group, after, limit }) {
      const size = pageSize(limit);
      const letters = await events.deadLetters(topic, group, after, size + 1);
      return { letters: letters.slice(0, size), more: letters.length > size };
    },
    resendDeadLetters: (choice) => settleLetters(choice, 'resend'),
    dropDeadLetters: (choice) => settleLetters(choice, 'drop'),
    async replay({ topic, group, to }) {
      const position = positionOf(to);
      if (position === undefined) throw new MicroError('api.invalid', 'to is missing: start, end, an offset or a time');
      const { position: at, lag } = await events.replay(topic, group, position);
      return { position: at, lag };
    },
    async removeGroup({ topic, group }) {
      await events.removeGroup(topic, group);
      return {};
    },
    async removeTopic({ topic }) {
      await events.removeTopic(topic);
      return {};
    },
  });
}

function consumeOptions(request: ConsumeRequest, context: HandlerContext): ConsumeOptions {
  return {
    topic: request.topic,
    group: request.group || undefined,
    from: positionOf(request.from),
    autoAck: request.autoAck,
    ackWaitMs: request.ackWaitMs || undefined,
    maxDeliveries: request.maxDeliveries || undefined,
    maxUnacked: request.maxUnacked || undefined,
    service: callerOf(context).service,
  };
}

function positionOf(message: PositionMessage | undefined): Position | undefined {
  const at = message?.at;
  switch (at?.case) {
    case 'start':
      return 'start';
    case 'end':
      return 'end';
    case 'offset':
      return { offset: at.value };
    case 'time':
      return { time: at.value };
    default:
      return undefined;
  }
}

function pageSize(limit: number): number {
  if (limit > MAX_PAGE) throw new MicroError('api.invalid', `limit ${limit} is more than ${MAX_PAGE}`);
  return limit || USUAL_PAGE;
}

function eventMessage({ id, topic, offset, time, key, metadata, payload, publisher }: StoredEvent) {
  return { id, topic, offset, time, key, metadata: { ...metadata }, payload, publisher };
}
