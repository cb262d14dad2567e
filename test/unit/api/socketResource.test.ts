import { expect, it } from 'vitest';
import { socketPart, socketResource } from '../../../electron/server/api/http/resource.ts';

it('a socket that watches is to the rules what the method is that it stands for', () => {
  const records = { type: 'core', name: 'records', endpoint: 'Records.Watch' };
  expect(socketResource('/_ws/watch/records.Records/Watch?message=AA')).toEqual(records);
  expect(socketResource('/_ws/logs/../watch/records.Records/x/%2e%2e/Watch')).toEqual(records);
  expect(socketResource('/_ws/watch/../logs')).toEqual({ type: 'core', name: 'sockets', endpoint: '/logs' });
  expect(socketResource('/_ws/terminals/7')).toEqual({ type: 'core', name: 'sockets', endpoint: '/terminals/7' });
});

it('it is counted with the part that it asks, but for what window and command line speak', () => {
  expect(socketPart('/_ws/watch/records.Records/Watch?message=AA')).toBe('records');
  expect(socketPart('/_ws/watch/desktop.Desktop/Watch')).toBeUndefined();
  expect(socketPart('/_ws/events/orders?group=mail')).toBe('events');
  expect(socketPart('/_ws/logs')).toBeUndefined();
});
