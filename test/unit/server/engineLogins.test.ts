import { expect, it } from 'vitest';
import { withoutEngineLogins } from '../../../electron/server/engineLogins.ts';

it('services are not given what the server gets into its engines by, and what is the own of their user', () => {
  const env = { PGPASSWORD: 'a', PGUSER: 'u', NATS_TOKEN: 'b', ETCDCTL_PASSWORD: 'c', PATH: '/bin' };
  const { PGPASSWORD: _a, ...withStore } = env;
  expect(withoutEngineLogins(env, {})).toEqual(env);
  expect(withoutEngineLogins(env, { store: 'postgres://db/x' })).toEqual(withStore);
  expect(withoutEngineLogins(env, { store: 'postgres://db/x', events: 'nats://bus', registry: 'etcd://reg' })).toEqual({
    PGUSER: 'u',
    PATH: '/bin',
  });
});
