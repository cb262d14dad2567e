import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Delivery, EventLog } from '../../events/eventLog.ts';
import { MAX_PAYLOAD_BYTES } from '../../events/limits.ts';
import { sendError } from './errorResponse.ts';
import { eventJson } from './eventJson.ts';
import { eventsQuery, requireKnown, topicOf } from './eventsQuery.ts';
import type { HttpMount } from './httpMount.ts';
import { sendJson } from './jsonResponse.ts';
import { keyOf, metadataOf } from './messageHeaders.ts';
import { readBody } from './readBody.ts';
import { readerSignal, sendEvents } from './serverSentEvents.ts';

/** Where events are, over plain HTTP. */
const EVENTS_PATH = '/_events/';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/**
 * Events for programs that have no library for them: `POST /_events/<topic>` publishes the body, `GET /_events/<topic>`
 * is a stream of server-sent events.
 */
export function eventsMount(events: EventLog): HttpMount {
  const publish = async (request: Request, response: Response, url: URL, caller: Caller): Promise<void> => {
    requireKnown(url.searchParams, []);
    const payload = await readBody(request, MAX_PAYLOAD_BYTES);
    const { headers } = request;
    const topic = topicOf(url, EVENTS_PATH);
    const [published] = await events.publish([
      { topic, payload, key: keyOf(headers), metadata: metadataOf(headers), publisher: caller.service },
    ]);
    sendJson(response, 200, { topic, ...published, time: new Date(published?.time ?? 0).toISOString() });
  };
  const consume = async (request: Request, response: Response, url: URL, caller: Caller): Promise<void> => {
    const options = eventsQuery(url, EVENTS_PATH, 'auto');
    const signal = readerSignal(response);
    const from = options.from ?? afterLast(request, options.group);
    const consumer = await events.consume({ ...options, from, service: caller.service });
    const toEvent = ({ event }: Delivery) => ({ id: String(event.offset), data: eventJson(event) });
    await sendEvents(response, signal, consumer, toEvent);
  };
  return {
    path: EVENTS_PATH,
    name: 'events',
    handle(request, response, caller) {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const answer = request.method === 'POST' ? publish : request.method === 'GET' ? consume : refuse;
      answer(request, response, url, caller).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendError(response, toMicroError(error));
        request.resume();
      });
    },
  };
}

/** A browser that lost its stream says what it had last, and goes on behind it; a group knows by itself. */
function afterLast(request: Request, group: string | undefined): { offset: number } | undefined {
  const last = request.headers['last-event-id'];
  if (group !== undefined || typeof last !== 'string' || !/^\d+$/.test(last)) return undefined;
  return { offset: Number(last) + 1 };
}

async function refuse(request: Request): Promise<void> {
  throw new MicroError('api.invalid', `${request.method} is not answered here`, {
    next: 'POST publishes the body; GET is a stream of events',
  });
}
