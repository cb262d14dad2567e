import type { ConnectRouter } from '@connectrpc/connect';
import { Broker as BrokerContract } from '../../../../shared/contract/gen/broker_pb.ts';
import type { Broker } from '../../events/broker.ts';
import { callerOf } from './callerContext.ts';
import { pulledFrom } from './consumerStream.ts';

/** Headers that the server adds: how many messages were left out before one, and that a subscription stands. */
const DROPPED = 'micro-dropped';
const SUBSCRIBED = 'micro-subscribed';

/** Serves micro's `broker.Broker`. */
export function brokerService(router: ConnectRouter, broker: Broker): void {
  router.service(BrokerContract, {
    async publish({ topic, message }, context) {
      const { header = {}, body = new Uint8Array() } = message ?? {};
      await broker.publish(topic, { header, body }, callerOf(context).service);
      return {};
    },
    async *subscribe({ topic, queue, announce }, context) {
      const subscription = await broker.subscribe(topic, queue, callerOf(context).service);
      if (announce) yield { header: { [SUBSCRIBED]: topic } };
      for await (const { header, body, dropped } of pulledFrom(subscription, context.signal))
        yield { header: dropped > 0 ? { ...header, [DROPPED]: String(dropped) } : { ...header }, body };
    },
  });
}
