import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { EtcdLink } from '../../../electron/server/host/etcdLink.ts';
import { etcdSettings } from '../../../electron/server/host/etcdSettings.ts';
import { EtcdRegistry } from '../../../electron/server/registry/etcdRegistry.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import { type EtcdOptions, startEtcd } from '../../helpers/engines/etcd.ts';
import { tlsFolder } from '../../helpers/tlsFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const tls = (name: string): string => join(tlsFolder, name);
const serverFiles = ['--cert-file', tls('server.pem'), '--key-file', tls('server.key')];

async function etcd(options: EtcdOptions) {
  const engine = await startEtcd(options);
  onTestFinished(() => engine.dispose());
  /** Two servers that come with the same address and variables: what one of them sees of the other, or the error. */
  const enter = async (userInfo: string, env: NodeJS.ProcessEnv): Promise<string> => {
    const { shown } = etcdSettings(`etcd://${userInfo}h`, env);
    const join = async (server: string) => {
      const address = engine.address('login').replace('://', `://${userInfo}`);
      const local = new MemoryRegistry(systemClock);
      const link = new EtcdLink({ settings: etcdSettings(address, env), clock: systemClock });
      const registry = new EtcdRegistry({ link, advertise: '10.0.0.1', server, local, logger: silentLogger });
      onTestFinished(async () => {
        await link.stop();
        registry.dispose();
        local.dispose();
      });
      await link.start();
      return { local, link };
    };
    try {
      const [a, b] = [await join('a'), await join('b')];
      const { reason } = a.link.state;
      if (reason !== '') return `away: ${reason}`;
      a.local.register({ name: 'orders', version: '1' }, { id: 'n', address: '10.1.1.1', port: 8000, metadata: {} });
      await waitFor('the other one sees it', () => b.local.get('orders') !== undefined);
      return `in, at ${shown}`;
    } catch (error) {
      const { code, message, next } = error as { code?: string; message: string; next?: string };
      return `${code} ${message} ${next}`;
    }
  };
  return { engine, enter };
}

it('an etcd with users lets in who has name and password by address or variables, and nobody sees the password', async () => {
  const { engine, enter } = await etcd({});
  const client = new Etcd3({ hosts: `127.0.0.1:${engine.port}` });
  onTestFinished(() => client.close());
  await client.role('root').create();
  await client.user('root').create('geheim/1');
  await client.user('root').addRole('root');
  await client.auth.authEnable();
  expect(await enter('root:geheim%2F1@', {})).toBe('in, at etcd://root:***@h');
  expect(await enter('', { ETCDCTL_USER: 'root:geheim/1' })).toMatch(/^in,/);
  expect(await enter('root@', { ETCDCTL_PASSWORD: 'geheim/1' })).toMatch(/^in,/);
  const refused = await enter('root:falsch@', {});
  expect(refused).toMatch(/^engine\.refused .*ETCDCTL_PASSWORD/);
  expect(refused).not.toContain('falsch');
  expect(await enter('', {})).toMatch(/^engine\.refused/);
});

it('an etcd over TLS is talked to once its CA is known, and shown the certificate of the client', async () => {
  const { enter } = await etcd({ tls: true, args: serverFiles });
  expect(await enter('', { ETCDCTL_CACERT: tls('ca.pem') })).toMatch(/^in,/);
  expect(await enter('', {})).toMatch(/^engine\.refused .*over TLS.*ETCDCTL_CACERT/);
  const mutual = await etcd({
    tls: true,
    args: [...serverFiles, '--client-cert-auth', '--trusted-ca-file', tls('client.pem')],
  });
  const files = { ETCDCTL_CACERT: tls('ca.pem'), ETCDCTL_CERT: tls('client.pem'), ETCDCTL_KEY: tls('server.key') };
  expect(await mutual.enter('', files)).toMatch(/^in,/);
  expect(await mutual.enter('', { ETCDCTL_CACERT: tls('ca.pem') })).toMatch(
    // Which of the two depends on who is quicker: the word of the server, or the end of the connection.
    /^(engine\.refused .*ETCDCTL_CERT|away: )/,
  );
  expect(await mutual.enter('', { ...files, ETCDCTL_KEY: '/nowhere/key' })).toMatch(
    /^engine\.refused ETCDCTL_KEY names \/nowhere\/key/,
  );
});
