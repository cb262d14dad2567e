import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import { isSecret } from '../../../electron/server/project/secretName.ts';
import { describeEnvironment, resolveEnvironment } from '../../../electron/server/runtime/environment.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const own = {
  port: 4321,
  instanceId: 'api-1',
  proxy: '127.0.0.1:8081',
  gateway: 'http://127.0.0.1:8080',
  token: 'token-of-api',
};

function specOf(manifest: object, folder = '/home/ada/shop'): ServiceSpec {
  const result = parseManifest(JSON.stringify(manifest), folder, 'micro.yaml');
  if (!result.ok) throw new Error(result.problems.map(({ text }) => text).join('\n'));
  return result.manifest.services[0] as ServiceSpec;
}

describe('the environment of a service', () => {
  test('later sources win, and each value knows where it is from', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'shared.env'), 'B=shared\nC=shared\nD=shared\nE=shared\n');
    await writeFile(join(folder, 'api.env'), '# first line\nC=api\nD=api\nE=api\n');
    const spec = specOf(
      {
        env: { A: 'project', B: 'project', GONE: null },
        envFile: 'shared.env',
        services: { api: { run: 'x', envFile: ['api.env', 'absent.env?'], env: { D: 'service', E: null } } },
      },
      folder,
    );
    const { values, warnings } = await resolveEnvironment(spec, { A: 'system', GONE: '1', PATH: '/bin' }, own);
    const seen = (name: string) => [values.get(name)?.value, values.get(name)?.origin];
    expect(seen('PATH')).toEqual(['/bin', 'system']);
    expect(seen('A')).toEqual(['project', 'project']);
    expect(seen('B')).toEqual(['shared', `${join(folder, 'shared.env')}:1`]);
    expect(seen('C')).toEqual(['api', `${join(folder, 'api.env')}:2`]);
    expect(seen('D')).toEqual(['service', 'service']);
    expect([values.has('E'), values.has('GONE')]).toEqual([false, false]);
    expect(warnings).toEqual([]);
  });

  test('nobody can take the variables of the server away', async () => {
    const spec = specOf({
      services: { api: { run: 'x', env: { PORT: 1, MICRO_TOKEN: null }, dependsOn: ['user-db'] }, 'user-db': 'y' },
    });
    const { values } = await resolveEnvironment(spec, {}, own);
    expect(Object.fromEntries([...values].map(([name, { value }]) => [name, value]))).toEqual({
      PORT: '4321',
      MICRO_SERVICE_NAME: 'api',
      MICRO_SERVICE_VERSION: 'latest',
      MICRO_PROXY: '127.0.0.1:8081',
      MICRO_GATEWAY: 'http://127.0.0.1:8080',
      MICRO_NAMESPACE: 'micro',
      MICRO_TOKEN: 'token-of-api',
      MICRO_AUTH_ID: 'api',
      MICRO_AUTH_SECRET: 'token-of-api',
      MICRO_INSTANCE_ID: 'api-1',
      MICRO_URL_USER_DB: 'http://127.0.0.1:8081/user-db',
    });
    expect([...values.values()].every(({ origin }) => origin === 'micro')).toBe(true);
  });

  test('OpenTelemetry finds the receiver, unless the project says another one', async () => {
    const telemetry = { ...own, otlp: 'http://127.0.0.1:4318' };
    const given = await resolveEnvironment(
      specOf({ services: { api: 'x' } }),
      { OTEL_SERVICE_NAME: 'shell' },
      telemetry,
    );
    const otel = [...given.values]
      .filter(([name]) => name.startsWith('OTEL_'))
      .map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(otel)).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'api',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=api-1,service.version=latest',
    });
    const elsewhere = specOf({
      services: { api: { run: 'x', env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://jaeger' } } },
    });
    const { values } = await resolveEnvironment(elsewhere, {}, telemetry);
    expect(values.get('OTEL_EXPORTER_OTLP_ENDPOINT')).toEqual({ value: 'http://jaeger', origin: 'service' });
  });

  test('DT-07 nothing of what started the server leaks in', async () => {
    const system = {
      ELECTRON_RUN_AS_NODE: '1',
      APPDIR: '/tmp/.mount',
      APPIMAGE: '/x.AppImage',
      npm_config_cache: '/c',
      MICRO_INSTANCE_ID: 'somebody else',
      HOME: '/root',
    };
    const { values } = await resolveEnvironment(specOf({ services: { api: 'x' } }), system, {
      ...own,
      port: undefined,
    });
    expect([...values.keys()].filter((name) => name in system)).toEqual(['HOME', 'MICRO_INSTANCE_ID']);
    expect(values.get('MICRO_INSTANCE_ID')?.value).toBe('api-1');
    expect(values.has('PORT')).toBe(false);
  });

  test('a missing env file is an error with its path, unless it may be missing', async () => {
    const spec = specOf({ services: { api: { run: 'x', envFile: 'gone.env' } } });
    await expect(resolveEnvironment(spec, {}, own)).rejects.toMatchObject({
      code: 'env-file.unreadable',
      message: 'the env file /home/ada/shop/gone.env does not exist',
    });
  });
});

describe('the environment as it is shown', () => {
  test('has its secrets masked until they are asked for', async () => {
    const spec = specOf({
      services: { api: { run: 'x', env: { API_KEY: 'abc', URL: 'postgres://u:p@db/x', EMPTY_TOKEN: '' } } },
    });
    const resolved = await resolveEnvironment(spec, {}, own);
    const shown = (reveal: boolean) =>
      Object.fromEntries(describeEnvironment(resolved, reveal).variables.map(({ name, value }) => [name, value]));
    expect(shown(false)).toMatchObject({
      API_KEY: '••••••••',
      URL: '••••••••',
      MICRO_TOKEN: '••••••••',
      EMPTY_TOKEN: '',
      PORT: '4321',
    });
    expect(shown(true)).toMatchObject({ API_KEY: 'abc', URL: 'postgres://u:p@db/x', MICRO_TOKEN: 'token-of-api' });
  });

  test.each([
    ['DB_PASSWORD', 'x', true],
    ['GITHUB_TOKEN', 'x', true],
    ['AWS_SECRET_ACCESS_KEY', 'x', true],
    ['SENTRY_DSN', 'x', true],
    ['DATABASE_URL', 'postgres://user:pw@db:5432/x', true],
    ['DATABASE_URL', 'postgres://db:5432/x', false],
    ['HOME', '/root', false],
    ['PORT', '80', false],
    ['SSH_AUTH_SOCK', '/tmp/agent.1', false],
    ['XAUTHORITY', '/root/.Xauthority', false],
    ['AUTHOR', 'me', false],
    ['DB_PASSWORD', '', false],
  ])('%s=%s: secret %s', (name, value, secret) => {
    expect(isSecret(name, value)).toBe(secret);
  });
});
