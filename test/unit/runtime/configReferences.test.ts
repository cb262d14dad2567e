import { describe, expect, it } from 'vitest';
import {
  type ConfigLookup,
  fillConfigReferences,
  readAgain,
  referencesIn,
} from '../../../electron/server/runtime/configReferences.ts';
import type { EnvironmentValue } from '../../../electron/server/runtime/environmentValue.ts';

const config: ConfigLookup = async (path, { secrets }) =>
  ({
    'db.host': 'a',
    'db.port': 5432,
    'db.tags': ['x'],
    'api.key': secrets ? 's3cr3t' : '[secret]',
    api: { key: secrets ? 's3cr3t' : '[secret]' },
  })[path];

async function filled(
  variables: Record<string, string>,
  origin = 'service',
): Promise<Record<string, EnvironmentValue>> {
  const values = new Map(Object.entries(variables).map(([name, value]) => [name, { value, origin }]));
  await fillConfigReferences(values, config);
  return Object.fromEntries(values);
}

describe('what a variable names of the config', () => {
  it('takes the place of the name, and is said to be from there', async () => {
    const values = await filled({
      URL: 'pg://${config:db.host}:${config:db.port}/x',
      TAGS: '${config:db.tags}',
      X: '${HOME}',
    });
    expect(values).toEqual({
      URL: { value: 'pg://a:5432/x', origin: 'service, config:db.host, config:db.port' },
      TAGS: { value: '["x"]', origin: 'service, config:db.tags' },
      X: { value: '${HOME}', origin: 'service' },
    });
  });

  it('is a secret wherever it goes', async () => {
    expect(await filled({ HEADER: 'Bearer ${secret:api.key}' })).toEqual({
      HEADER: { value: 'Bearer s3cr3t', origin: 'service, secret:api.key', secret: true },
    });
  });

  it('fails by the name of the variable when it is not there, or a secret that is not named as one', async () => {
    await expect(filled({ A: '${config:nothing}' })).rejects.toMatchObject({
      code: 'config.not-found',
      message: 'A needs nothing of the config, where nothing is',
    });
    for (const path of ['api.key', 'api'])
      await expect(filled({ A: `\${config:${path}}` })).rejects.toThrow(
        `A names ${path} as config, but it is a secret`,
      );
    await expect(
      fillConfigReferences(new Map([['A', { value: '${config:x}', origin: 'project' }]]), undefined),
    ).rejects.toThrow('A needs x');
  });

  it('is none in what the system or a file says', async () => {
    expect(await filled({ A: '${config:nothing}' }, 'system')).toEqual({
      A: { value: '${config:nothing}', origin: 'system' },
    });
  });

  it('is known by its name afterwards, so that it can be read again', async () => {
    const values = new Map([
      ['URL', { value: '${config:db.host}:${config:db.port} ${secret:api.key}', origin: 'service' }],
    ]);
    const read = await fillConfigReferences(values, config);
    const expected = [
      ['config:db.host', 'a'],
      ['config:db.port', '5432'],
      ['secret:api.key', 's3cr3t'],
    ];
    expect([...read]).toEqual(expected);
    expect([...(await readAgain(read, config))]).toEqual(expected);
    const later: ConfigLookup = async (path) => (path === 'db.port' ? 5433 : undefined);
    expect([...(await readAgain(read, later)).values()]).toEqual([undefined, '5433', undefined]);
  });

  it('is found in all environments, each name once', () => {
    expect(
      referencesIn({ A: '${config:a.b}-${secret:c}', B: null }, { C: '${config:a.b}', D: '${HOME} ${config:d:e}' }),
    ).toEqual(['config:a.b', 'secret:c', 'config:d:e']);
  });
});
