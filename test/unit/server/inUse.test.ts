import { expect, it } from 'vitest';
import { inUse } from '../../../electron/server/inUse.ts';

function world(kubernetes?: { advertise?: string }) {
  const api = { clients: 0, calls: 0 };
  const state = { isIdle: true };
  return { api, state, look: inUse({ api: () => api, isIdle: () => state.isIdle, kubernetes }) };
}

it('a call that came and went between two looks counts once', () => {
  const { api, look } = world();
  expect(look()).toBe(false);
  api.calls += 3;
  expect(look()).toBe(true);
  expect(look()).toBe(false);
  api.clients = 1;
  expect([look(), look()]).toEqual([true, true]);
});

it.each([
  ['on this machine', undefined, true],
  ['in a cluster, where they go on without it', {}, false],
  ['in a cluster, where pods were told to use it', { advertise: 'host:8081' }, true],
])('services that run %s: %j', (_, kubernetes, isNeeded) => {
  const { state, look } = world(kubernetes);
  state.isIdle = false;
  expect(look()).toBe(isNeeded);
});
