import { type DescMethodBiDiStreaming, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import {
  AckRequestSchema,
  ConsumeRequestSchema,
  type EventSchema,
  PublishResponseSchema,
  Stream,
} from '../../../../shared/contract/gen/events_pb.ts';
import type { Consumer, EventLog } from '../../events/eventLog.ts';
import { callerOf } from './callerContext.ts';
import { pulledFrom } from './consumerStream.ts';
import { consumeOptions, eventMessage } from './eventsService.ts';

/** A message whose fields are all kept as they came: what a message is, is known by its place on the stream only. */
const AnySchema = PublishResponseSchema;

/**
 * `events.Stream/Consume` as micro's own clients speak it over gRPC: after the request they send an `AckRequest` for each
 * event on the same stream, though the contract says that one message comes. Taken as declared, such a stream would never
 * begin, as the end of the requests is waited for.
 */
export const consumeWithReceipts: DescMethodBiDiStreaming<typeof AnySchema, typeof EventSchema> = {
  ...Stream.method.consume,
  methodKind: 'bidi_streaming',
  input: AnySchema,
};

/** Serves {@link consumeWithReceipts}. */
export function receiptStream(router: ConnectRouter, events: EventLog): void {
  router.rpc(consumeWithReceipts, async function* (messages, context) {
    const inputs = messages[Symbol.asyncIterator]();
    const first = await inputs.next();
    if (first.done === true) throw new MicroError('api.invalid', 'the stream has ended without a request');
    const request = fromBinary(ConsumeRequestSchema, toBinary(AnySchema, first.value));
    const consumer = await events.consume({ ...consumeOptions(request), service: callerOf(context).service });
    const receipts = { [Symbol.asyncIterator]: () => inputs };
    // A receipt that cannot be written ends the consumer: its events come again.
    takeReceipts(receipts, events, request.topic, consumer).catch(() => consumer.close());
    for await (const { event } of pulledFrom(consumer, context.signal)) yield eventMessage(event);
  });
}

async function takeReceipts(
  messages: AsyncIterable<Parameters<typeof toBinary<typeof AnySchema>>[1]>,
  events: EventLog,
  topic: string,
  { group, id: consumer }: Consumer,
): Promise<void> {
  for await (const message of messages) {
    const { id, success } = fromBinary(AckRequestSchema, toBinary(AnySchema, message));
    await events.settle({ topic, group, ids: [id], outcome: success ? 'ack' : 'nack', consumer });
  }
}
