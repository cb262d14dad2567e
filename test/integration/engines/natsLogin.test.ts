import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EngineWatch } from '../../../electron/server/host/engineState.ts';
import { NatsLink } from '../../../electron/server/host/natsLink.ts';
import { natsSettings } from '../../../electron/server/host/natsSettings.ts';
import { type NatsOptions, startNats } from '../../helpers/engines/nats.ts';
import { makeNatsCredentials } from '../../helpers/engines/natsCredentials.ts';
import { tlsFolder } from '../../helpers/tlsFixture.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const tls = (name: string): string => join(tlsFolder, name);

/** A NATS, and how somebody gets in who comes with an address and variables: its version, or the error. */
async function nats(options: NatsOptions) {
  const engine = await startNats(options);
  onTestFinished(() => engine.dispose());
  const enter = async (userInfo: string, env: NodeJS.ProcessEnv, scheme = 'nats'): Promise<string> => {
    const settings = natsSettings(`${scheme}://${userInfo}127.0.0.1:${engine.port}/test`, env);
    const link = new NatsLink({ settings, watch: new EngineWatch('events', 'nats', settings.shown) });
    try {
      await link.run(async (connection) => connection.flush());
      return `in, at ${settings.shown.replace(String(engine.port), 'PORT')}`;
    } catch (error) {
      const { code, message, next } = error as { code?: string; message: string; next?: string };
      return `${code} ${message} ${next}`;
    } finally {
      await link.close();
    }
  };
  return { enter };
}

it('a NATS with a token lets in who has it by address or variable, and nobody sees it', async () => {
  const { enter } = await nats({ config: 'authorization { token: "geheim" }' });
  expect(await enter('geheim@', {})).toBe('in, at nats://***@127.0.0.1:PORT/test');
  expect(await enter('', { NATS_TOKEN: 'geheim' })).toBe('in, at nats://127.0.0.1:PORT/test');
  for (const refused of [await enter('falsch@', {}), await enter('', {})]) {
    expect(refused).toMatch(/^engine\.refused .*NATS_TOKEN/);
    expect(refused).not.toContain('falsch');
  }
});

it('a NATS with user and password lets in who has them by address or variables, and nobody sees the password', async () => {
  const { enter } = await nats({ config: 'authorization { user: micro, password: "geheim/1" }' });
  expect(await enter('micro:geheim%2F1@', {})).toBe('in, at nats://micro:***@127.0.0.1:PORT/test');
  expect(await enter('', { NATS_USER: 'micro', NATS_PASSWORD: 'geheim/1' })).toMatch(/^in,/);
  expect(await enter('micro@', { NATS_PASSWORD: 'geheim/1' })).toBe('in, at nats://micro@127.0.0.1:PORT/test');
  const refused = await enter('micro:falsch@', {});
  expect(refused).toMatch(/^engine\.refused/);
  expect(refused).not.toContain('falsch');
});

it('a NATS with accounts lets in who has a file of credentials, and says which file is missing', async () => {
  const { config, creds } = makeNatsCredentials();
  const { enter } = await nats({ config });
  const file = join(await tempFolder('creds'), 'micro.creds');
  await writeFile(file, creds, { mode: 0o600 });
  expect(await enter('', { NATS_CREDS: file })).toMatch(/^in,/);
  expect(await enter('', {})).toMatch(/^engine\.refused/);
  expect(await enter('', { NATS_CREDS: `${file}.not` })).toMatch(/^engine\.refused NATS_CREDS names .*creds\.not/);
  await writeFile(file, makeNatsCredentials().creds);
  expect(await enter('', { NATS_CREDS: file })).toMatch(/^engine\.refused/);
});

it('a NATS over TLS is talked to once its CA is known, also with the certificate of a client', async () => {
  const files = `cert_file: "${tls('server.pem')}", key_file: "${tls('server.key')}"`;
  const { enter } = await nats({ config: `tls { ${files} }` });
  expect(await enter('', { NATS_CA: tls('ca.pem') }, 'tls')).toBe('in, at tls://127.0.0.1:PORT/test');
  expect(await enter('', {}, 'tls')).toMatch(/^engine\.refused .*not trusted.*NATS_CA/);
  // It asks for TLS by itself; not to be sure of it is no reason to go on without.
  expect(await enter('', {})).toMatch(/^engine\.refused/);
  const mutual = await nats({ config: `tls { ${files}, ca_file: "${tls('client.pem')}", verify: true }` });
  const both = { NATS_CA: tls('ca.pem'), NATS_CERT: tls('client.pem'), NATS_KEY: tls('server.key') };
  expect(await mutual.enter('', both, 'tls')).toMatch(/^in,/);
  expect(await mutual.enter('', { NATS_CA: tls('ca.pem') }, 'tls')).toMatch(/^engine\./);
  const other = await nats({ config: `tls { cert_file: "${tls('other.pem')}", key_file: "${tls('server.key')}" }` });
  expect(await other.enter('', { NATS_CA: tls('ca.pem') }, 'tls')).toMatch(/^engine\.refused .*not trusted/);
});
