import type { WebSocket } from 'ws';
import * as z from 'zod';
import { MicroError, toMicroError } from '../../../../shared/contract/errors.ts';
import type { Caller } from '../../auth/caller.ts';
import type { Consumer, EventLog, Receipt } from '../../events/eventLog.ts';
import { eventJson } from './eventJson.ts';
import { eventsQuery } from './eventsQuery.ts';
import { SOCKETS_PATH } from './sockets.ts';

/** Name below `/_ws/`. */
export const EVENTS_SOCKET = 'events';
/** Messages of a client that wait for the ones before them; one that sends more without reading is cut off. */
const MAX_WAITING = 1_000;

const ids = z.union([z.string(), z.array(z.string()).max(1_000)]).transform((one) => [one].flat());
/** What a client may say. */
const clientMessage = z.union([
  z.strictObject({ ack: ids }),
  z.strictObject({ nack: ids, delayMs: z.number().optional(), reason: z.string().optional() }),
  z.strictObject({ extend: ids }),
]);

/**
 * A WebSocket at `/_ws/events/<topic>`: says `{"subscribed":…}`, then `{"event":…,"attempt":n}` for each event. The client
 * answers `{"ack":id}`, `{"nack":id}` or `{"extend":id}` (an id or a list), which is answered with `{"settled":[…],
 * "unknown":[…]}`. What cannot be is `{"error":…}`; before the subscription stands it also ends the socket.
 */
export async function serveEventsSocket(events: EventLog, socket: WebSocket, url: URL, caller: Caller): Promise<void> {
  let consumer: Consumer | undefined;
  const say = (message: object): Promise<void> =>
    new Promise((resolve) => socket.send(JSON.stringify(message), () => resolve()));
  socket.on('close', () => consumer?.close());
  let waiting = 0;
  let last = Promise.resolve();
  socket.on('message', (data) => {
    if (++waiting > MAX_WAITING) {
      socket.close(1008, `more than ${MAX_WAITING} messages wait for an answer`);
      return;
    }
    last = last.then(async () => {
      if (consumer) await say(await settle(events, url, consumer, String(data)).catch(errorJson));
      waiting -= 1;
    });
  });
  try {
    const options = eventsQuery(url, `${SOCKETS_PATH}${EVENTS_SOCKET}/`, 'manual');
    consumer = await events.consume({ ...options, service: caller.service });
    // It may be gone by now.
    if (socket.readyState !== socket.OPEN) {
      consumer.close();
      return;
    }
    await say({ subscribed: { topic: options.topic, group: consumer.group, consumer: consumer.id } });
    for (let next = await consumer.next(); next; next = await consumer.next())
      await say({ event: eventJson(next.event), attempt: next.attempt });
    socket.close(1001, 'the events are closed');
  } catch (error) {
    await say(errorJson(error));
    socket.close(1008, 'see the error');
  }
}

async function settle(events: EventLog, url: URL, consumer: Consumer, text: string): Promise<object> {
  const message = messageOf(text);
  const { topic } = eventsQuery(url, `${SOCKETS_PATH}${EVENTS_SOCKET}/`, 'manual');
  const common = { topic, group: consumer.group, consumer: consumer.id };
  const receipt: Receipt =
    'ack' in message
      ? { ...common, ids: message.ack, outcome: 'ack' }
      : 'extend' in message
        ? { ...common, ids: message.extend, outcome: 'extend' }
        : { ...common, ids: message.nack, outcome: 'nack', delayMs: message.delayMs, reason: message.reason };
  const unknown = await events.settle(receipt);
  return { settled: receipt.ids.filter((id) => !unknown.includes(id)), unknown };
}

function messageOf(text: string): z.infer<typeof clientMessage> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = clientMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MicroError('api.invalid', `${JSON.stringify(text.slice(0, 80))} is no message of this socket`, {
    next: 'send {"ack":"ID"}, {"nack":"ID"} or {"extend":"ID"}',
  });
}

function errorJson(error: unknown): object {
  const { code, message, next } = toMicroError(error);
  return { error: { code, message, ...(next === undefined ? {} : { next }) } };
}
