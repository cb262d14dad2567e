import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EVENTS_SOCKET, serveEventsSocket } from '../../../electron/server/api/http/eventsSocket.ts';
import { Sockets } from '../../../electron/server/api/http/sockets.ts';
import { serviceCaller } from '../../../electron/server/auth/caller.ts';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import type { EventLog } from '../../../electron/server/events/eventLog.ts';
import { openMemoryEventLog } from '../../../electron/server/events/openEventLog.ts';

let events: EventLog;
let server: Server;
let sockets: Sockets;

beforeEach(async () => {
  const limits = async () => () => ({ maxAgeMs: 0, maxBytes: 1e9, maxEvents: 1e6 });
  events = await openMemoryEventLog({ clock: systemClock, logger: silentLogger, limits });
  sockets = new Sockets();
  sockets.mount(EVENTS_SOCKET, (socket, _rest, url, caller) => void serveEventsSocket(events, socket, url, caller));
  server = createServer();
  server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, serviceCaller('mail')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  sockets.close();
  await new Promise((resolve) => server.close(resolve));
  await events.close();
});

/** A client of the socket: what it hears, message by message. */
function client(path: string) {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/_ws/events/${path}`);
  const heard: unknown[] = [];
  let wake = (): void => {};
  const closed = new Promise<number>((resolve) =>
    socket.on('close', (code) => {
      resolve(code);
      wake();
    }),
  );
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)));
    wake();
  });
  return {
    closed,
    async next(): Promise<unknown> {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift();
    },
    say: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    break: () => socket.terminate(),
  };
}

it('a consumer on a socket acknowledges, gives back, and is told what cannot be', async () => {
  const consumer = client('orders?group=g');
  expect(await consumer.next()).toMatchObject({ subscribed: { topic: 'orders', group: 'g' } });
  expect(await events.topics('orders')).toMatchObject([{ groups: [{ members: [{ service: 'mail' }] }] }]);
  const [one] = await events.publish([{ topic: 'orders', payload: Buffer.from('é'), key: 'k' }]);
  const first = { event: { id: one?.id, offset: 0, key: 'k', payload: 'é' }, attempt: 1 };
  expect(await consumer.next()).toMatchObject(first);
  consumer.say({ nack: one?.id, delayMs: 0, reason: 'later' });
  const answers = [await consumer.next(), await consumer.next()];
  expect(answers).toContainEqual({ settled: [one?.id], unknown: [] });
  expect(answers).toContainEqual(expect.objectContaining({ attempt: 2 }));
  consumer.say({ extend: [one?.id] });
  expect(await consumer.next()).toEqual({ settled: [one?.id], unknown: [] });
  consumer.say({ ack: [one?.id, 'another'] });
  expect(await consumer.next()).toEqual({ settled: [one?.id], unknown: ['another'] });
  for (const wrong of ['{', '{"ok":1}', { ack: 5 }]) {
    consumer.say(wrong);
    expect(await consumer.next()).toMatchObject({ error: { code: 'api.invalid' } });
  }
  consumer.break();
});

it('a socket that breaks off gives its events to others at once', async () => {
  const first = client('orders?group=g');
  await first.next();
  await events.publish([{ topic: 'orders', payload: Buffer.from([0xff]) }]);
  expect(await first.next()).toMatchObject({ event: { payloadBase64: '/w==' }, attempt: 1 });
  const second = client('orders?group=g');
  await second.next();
  first.break();
  expect(await second.next()).toMatchObject({ event: { offset: 0 }, attempt: 2 });
  second.break();
});

it('a socket for what cannot be is told why, and closed', async () => {
  const wrong = client('orders?from=yesterday');
  expect(await wrong.next()).toMatchObject({ error: { code: 'api.invalid' } });
  expect(await wrong.closed).toBe(1008);
});
