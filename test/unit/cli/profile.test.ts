import { expect, it } from 'vitest';
import type { CliContext } from '../../../electron/cli/context.ts';
import { profileChoice } from '../../../electron/cli/profile.ts';

const choice = (options: Record<string, unknown>, env: Record<string, string> = {}) =>
  profileChoice({ env, cwd: '/' } as unknown as CliContext, options);
const addresses = { store: 'postgres://db/micro', events: 'nats://bus', registry: 'etcd://reg' };
const variables = {
  MICRO_STORE: 'postgres://other/micro',
  MICRO_EVENTS: 'nats://other',
  MICRO_REGISTRY: 'etcd://other',
};

it('without a profile, uses each engine whose address is known', () => {
  expect(choice({})).toEqual({ engines: {}, kubernetes: undefined });
  expect(choice({ events: 'nats://bus' }, { MICRO_STORE: 'postgres://db/x' })).toEqual({
    engines: { events: 'nats://bus', store: 'postgres://db/x' },
    kubernetes: undefined,
  });
});

it('local uses files, save for what a flag says', () => {
  expect(choice({ profile: 'local' }, variables).engines).toEqual({});
  expect(choice({ profile: 'local', events: 'nats://bus' }, variables).engines).toEqual({ events: 'nats://bus' });
});

it('server takes all three engines from flags and environment, flags first', () => {
  expect(choice({ profile: 'server', ...addresses })).toEqual({ engines: addresses, kubernetes: undefined });
  expect(choice({ store: 'postgres://db/micro' }, { ...variables, MICRO_PROFILE: 'server' }).engines).toEqual({
    store: 'postgres://db/micro',
    events: 'nats://other',
    registry: 'etcd://other',
  });
});

it('server and kubernetes say which addresses are missing, and how to give them', () => {
  for (const profile of ['server', 'kubernetes'])
    expect(() => choice({ profile, store: 'postgres://db/micro' })).toThrow(
      expect.objectContaining({
        code: 'cli.usage',
        message: `the profile ${profile} needs to know where NATS and etcd are`,
        next: 'add --events nats://HOST (or MICRO_EVENTS), --registry etcd://HOST (or MICRO_REGISTRY)',
      }),
    );
  expect(() => choice({ profile: 'cloud' })).toThrow(/there is no profile "cloud"/);
});

it('kubernetes runs services in a cluster, unless a flag says otherwise', () => {
  expect(choice({ profile: 'kubernetes', namespace: 'shop', ...addresses })).toEqual({
    engines: addresses,
    kubernetes: { namespace: 'shop' },
  });
  expect(choice({ profile: 'kubernetes', runtime: 'local', ...addresses }).kubernetes).toBeUndefined();
  expect(choice({ profile: 'server', runtime: 'kubernetes', ...addresses }).kubernetes).toEqual({});
});

it('a secret in the address of a flag is refused, as others see it in the list of processes, and taken from a variable', () => {
  const secret = {
    store: 'postgres://u:geheim@db/micro',
    events: 'nats://geheim@bus',
    registry: 'etcd://u:geheim@reg',
  };
  for (const [name, address] of Object.entries(secret)) {
    const variable = `MICRO_${name.toUpperCase()}`;
    expect(() => choice({ [name]: address })).toThrow(
      expect.objectContaining({
        code: 'cli.usage',
        message: expect.not.stringContaining('geheim') as string,
        next: expect.stringContaining(variable) as string,
      }),
    );
    expect(choice({}, { [variable]: address }).engines).toEqual({ [name]: address });
  }
  // With a password elsewhere it is the name of a user.
  expect(choice({ events: 'nats://micro@bus' }, { NATS_PASSWORD: 'x' }).engines).toEqual({
    events: 'nats://micro@bus',
  });
});
