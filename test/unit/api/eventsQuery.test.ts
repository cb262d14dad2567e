import { describe, expect, it } from 'vitest';
import { eventsQuery } from '../../../electron/server/api/http/eventsQuery.ts';

const read = (text: string) => eventsQuery(new URL(text, 'http://127.0.0.1'), '/_events/', 'auto');

describe('what a URL of events asks for', () => {
  it('reads topic, group, place and limits', () => {
    expect(read('/_events/orders?group=mail&from=start&ack=manual&wait=500&deliveries=-1&unacked=3')).toEqual({
      topic: 'orders',
      group: 'mail',
      from: 'start',
      autoAck: false,
      ackWaitMs: 500,
      maxDeliveries: -1,
      maxUnacked: 3,
    });
    expect(read('/_events/a%2eb').topic).toBe('a.b');
    expect(read('/_events/orders').from).toBeUndefined();
  });

  it.each([
    ['12', { offset: 12 }],
    ['end', 'end'],
    ['2026-01-31', { time: Date.UTC(2026, 0, 31) }],
    ['2026-01-31T12:00:00Z', { time: Date.UTC(2026, 0, 31, 12) }],
  ])('from=%s', (from, position) => {
    expect(read(`/_events/orders?from=${from}`).from).toEqual(position);
  });

  it.each(['from=yesterday', 'from=-1', 'from=2026-99-99', 'ack=maybe', 'wait=soon', 'unacked=1.5', 'groop=g'])(
    'refuses %s',
    (query) => {
      expect(() => read(`/_events/orders?${query}`)).toThrow(expect.objectContaining({ code: 'api.invalid' }));
    },
  );

  it('refuses a topic that is badly encoded', () => {
    expect(() => read('/_events/%zz')).toThrow(/encodes nothing/);
  });
});
