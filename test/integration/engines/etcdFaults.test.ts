import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { EtcdLink } from '../../../electron/server/host/etcdLink.ts';
import { etcdSettings } from '../../../electron/server/host/etcdSettings.ts';
import { EtcdRegistry } from '../../../electron/server/registry/etcdRegistry.ts';
import { MemoryRegistry } from '../../../electron/server/registry/memoryRegistry.ts';
import { startEtcd } from '../../helpers/engines/etcd.ts';
import { waitFor } from '../../helpers/waitFor.ts';

async function environment() {
  const engine = await startEtcd();
  onTestFinished(() => engine.dispose());
  const join = async (server: string) => {
    const local = new MemoryRegistry(systemClock);
    const link = new EtcdLink({ settings: etcdSettings(engine.address('faults'), {}), clock: systemClock });
    const registry = new EtcdRegistry({ link, advertise: '10.0.0.1', server, local, logger: silentLogger });
    onTestFinished(async () => {
      await link.stop();
      registry.dispose();
      local.dispose();
    });
    await link.start();
    return { local, link };
  };
  return { engine, join };
}

const node = (id: string) => ({ id, address: '10.1.1.1', port: 8000, metadata: {} });
const ids = (registry: MemoryRegistry): string[] =>
  (registry.get('orders')?.nodes ?? []).map(({ id }) => id.split('@')[0] as string).sort();

it('an etcd that hangs is told as away while what was known holds, and servers agree again once it goes on', async () => {
  const { engine, join } = await environment();
  const [a, b] = [await join('a'), await join('b')];
  a.local.register({ name: 'orders', version: '1' }, node('before'));
  await waitFor('it is seen', () => ids(b.local).join() === 'before');
  engine.pause();
  a.local.register({ name: 'orders', version: '1' }, node('meanwhile'));
  await waitFor('it is told', () => [a, b].every(({ link }) => link.state.awaySince !== undefined), 60_000);
  expect(a.link.state.reason).not.toBe('');
  expect(() => {
    throw a.link.unavailable();
  }).toThrow(expect.objectContaining({ code: 'engine.unavailable', retryable: true }) as Error);
  expect(ids(b.local)).toEqual(['before']);
  engine.resume();
  await waitFor('both are joined', () => [a, b].every(({ link }) => link.state.awaySince === undefined), 60_000);
  await waitFor('both are seen', () => ids(b.local).join() === 'before,meanwhile', 60_000);
});
