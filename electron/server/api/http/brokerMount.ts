import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Broker } from '../../events/broker.ts';
import { MAX_PAYLOAD_BYTES } from '../../events/limits.ts';
import { sendError } from './errorResponse.ts';
import { messageJson } from './eventJson.ts';
import { requireKnown, topicOf } from './eventsQuery.ts';
import type { HttpMount } from './httpMount.ts';
import { sendJson } from './jsonResponse.ts';
import { metadataOf } from './messageHeaders.ts';
import { readBody } from './readBody.ts';
import { readerSignal, sendEvents } from './serverSentEvents.ts';

/** Where the broker is, over plain HTTP. */
const BROKER_PATH = '/_broker/';

/** `POST /_broker/<topic>` tells the body to whoever listens; `GET /_broker/<topic>?queue=` listens. */
export function brokerMount(broker: Broker): HttpMount {
  const answer: (...args: Parameters<HttpMount['handle']>) => Promise<void> = async (request, response, caller) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const topic = topicOf(url, BROKER_PATH);
    if (request.method === 'POST') {
      requireKnown(url.searchParams, []);
      const message = { header: metadataOf(request.headers), body: await readBody(request, MAX_PAYLOAD_BYTES) };
      sendJson(response, 200, { topic, subscribers: await broker.publish(topic, message, caller.service) });
      return;
    }
    if (request.method !== 'GET')
      throw new MicroError('api.invalid', `${request.method} is not answered here`, {
        next: 'POST publishes the body; GET is a stream of messages',
      });
    requireKnown(url.searchParams, ['queue']);
    const signal = readerSignal(response);
    const subscription = await broker.subscribe(topic, url.searchParams.get('queue') ?? '', caller.service);
    await sendEvents(response, signal, subscription, (message) => ({ data: messageJson(message) }));
  };
  return {
    path: BROKER_PATH,
    name: 'broker',
    handle(request, response, caller) {
      answer(request, response, caller).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendError(response, toMicroError(error));
        request.resume();
      });
    },
  };
}
