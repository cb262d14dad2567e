import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { configUses } from '../../../electron/server/runtime/configReferences.ts';
import { configUsers } from '../../../shared/client/configUsers.ts';
import { ServiceSchema } from '../../../shared/contract/gen/state_pb.ts';
import { touches } from '../../../shared/lib/configPaths.ts';

const service = (name: string, env: Record<string, string | null>, projectEnv: Record<string, string | null> = {}) =>
  create(ServiceSchema, { name, project: 'shop', configUses: configUses({ env, projectEnv }) });

const services = [
  service('web', { URL: 'pg://${config:db.host}:${config:db.port}/${HOME}', PLAIN: 'x' }),
  service(
    'api',
    { KEY: 'Bearer ${secret:api.key}', ALL: '${config:db}' },
    { KEY: '${config:other}', GONE: '${config:db}' },
  ),
  service('jobs', { GONE: null }, { GONE: '${config:db.host}' }),
];
const shown = (path: string): string[] =>
  configUsers(services, path).map(
    (user) => `${user.path} ${user.service} ${user.variable}${user.secret ? ' secret' : ''}`,
  );

describe('the services that use a value of the config', () => {
  it('are those whose environment names it, what is below it, or the level it is part of', () => {
    expect(shown('db.host')).toEqual(['db api ALL', 'db api GONE', 'db.host web URL']);
    expect(shown('db')).toEqual(['db api ALL', 'db api GONE', 'db.host web URL', 'db.port web URL']);
    expect(shown('api.key')).toEqual(['api.key api KEY secret']);
    expect(shown('ap')).toEqual([]);
    expect(shown('db.hosts')).toEqual(['db api ALL', 'db api GONE']);
  });

  it('are all that use anything when no path is asked for, without what the service itself sets otherwise', () => {
    expect(shown('')).toEqual([
      'api.key api KEY secret',
      'db api ALL',
      'db api GONE',
      'db.host web URL',
      'db.port web URL',
    ]);
  });
});

it('paths concern each other when one is above the other', () => {
  expect(touches('db', 'db.pool')).toBe(true);
  expect(touches('db.pool', 'db')).toBe(true);
  expect(touches('', 'a')).toBe(true);
  expect(touches('db', 'dbx')).toBe(false);
  expect(touches('db.pool', 'db.host')).toBe(false);
});
