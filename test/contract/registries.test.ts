import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../electron/server/base/clock.ts';
import { silentLogger } from '../../electron/server/base/logger.ts';
import { EtcdLink } from '../../electron/server/host/etcdLink.ts';
import { etcdSettings } from '../../electron/server/host/etcdSettings.ts';
import { EtcdRegistry } from '../../electron/server/registry/etcdRegistry.ts';
import { MemoryRegistry } from '../../electron/server/registry/memoryRegistry.ts';
import type { RegistryChange, RegistryNode } from '../../electron/server/registry/registry.ts';
import { type Etcd, startEtcd } from '../helpers/engines/etcd.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A kind of registry: what is registered at one place is seen at another, which may be the same. */
interface RegistryKind {
  name: string;
  /** Several servers share it; it is another process. */
  isShared?: boolean;
  make(): Promise<{ here: MemoryRegistry; there: MemoryRegistry; restart?(): Promise<void> }>;
}

let started: Promise<Etcd> | undefined;
let environments = 0;
afterAll(async () => (await started)?.dispose());

/** Servers that share an etcd under a prefix of their own. */
async function environment() {
  started ??= startEtcd();
  const engine = await started;
  const address = engine.address(`test${++environments}`);
  const join = async (advertise = '10.0.0.1') => {
    const local = new MemoryRegistry(systemClock);
    const link = new EtcdLink({ settings: etcdSettings(address, {}), clock: systemClock });
    const registry = new EtcdRegistry({ link, advertise, server: randomUUID(), local, logger: silentLogger });
    await link.start();
    onTestFinished(async () => {
      await link.stop();
      registry.dispose();
      local.dispose();
    });
    return { local, link };
  };
  return { engine, address, join };
}

const kinds: RegistryKind[] = [
  {
    name: 'in memory',
    async make() {
      const registry = new MemoryRegistry(systemClock);
      onTestFinished(() => registry.dispose());
      return { here: registry, there: registry };
    },
  },
  {
    name: 'in etcd',
    isShared: true,
    async make() {
      const { engine, join } = await environment();
      const restart = async (): Promise<void> => {
        await engine.stop();
        await engine.start();
      };
      return { here: (await join()).local, there: (await join()).local, restart };
    },
  },
];

const node = (id: string, more: Partial<RegistryNode> = {}): RegistryNode => ({
  id,
  address: '10.1.1.1',
  port: 8000,
  metadata: { run: '1' },
  ...more,
});
const orders = { name: 'orders', version: '1.0' };
const ids = (registry: MemoryRegistry, name = 'orders'): string[] =>
  (registry.get(name)?.nodes ?? []).map(({ id }) => id.split('@')[0] as string).sort();

describe.each(kinds)('a registry $name', ({ isShared, make }) => {
  it('shows what was registered, as it was said, and no more once it is gone', async () => {
    const { here, there } = await make();
    const endpoints = [{ name: 'Orders.Take', request: { name: 'r', type: 'R', values: [] }, metadata: { m: 'POST' } }];
    here.register({ ...orders, metadata: { team: 'a' }, endpoints }, node('a'));
    here.register(orders, node('b', { port: 8001 }));
    await waitFor('both are seen', () => ids(there).join() === 'a,b');
    expect(there.get('orders')).toMatchObject({ version: '1.0', metadata: { team: 'a' }, endpoints });
    expect(
      there
        .get('orders')
        ?.nodes.map(({ address, port }) => `${address}:${port}`)
        .sort(),
    ).toEqual(['10.1.1.1:8000', '10.1.1.1:8001']);
    here.deregister('orders', 'a');
    await waitFor('one is seen', () => ids(there).join() === 'b');
    here.deregister('orders', 'b');
    await waitFor('none is seen', () => there.get('orders') === undefined);
    expect(there.list()).toEqual([]);
  });

  if (isShared) {
    it('goes on by itself with all it had when its engine is stopped and started between tests', async () => {
      const { here, there, restart } = await make();
      const changes: string[] = [];
      here.register(orders, node('before'));
      await waitFor('it is seen', () => ids(there).join() === 'before');
      there.onDidChange(({ action, service }: RegistryChange) => changes.push(`${action} ${service.nodes.length}`));
      await restart?.();
      here.register(orders, node('after', { port: 8001 }));
      await waitFor('both are seen', () => ids(there).join() === 'after,before');
      here.deregister('orders', 'before');
      await waitFor('one is seen', () => ids(there).join() === 'after');
      // What was there all along was never told as gone, nor as new.
      expect(changes).toEqual(['update 2', 'update 1']);
    });
  }

  it('takes nodes in turn, and passes over those that were tried', async () => {
    const { here, there } = await make();
    for (const id of ['a', 'b', 'c']) here.register(orders, node(id));
    await waitFor('all are seen', () => ids(there).length === 3);
    const picked = Array.from({ length: 6 }, () => there.pick('orders')?.id as string);
    expect(new Set(picked).size).toBe(3);
    expect(picked.slice(3)).toEqual(picked.slice(0, 3));
    expect(there.pick('orders', new Set(picked))).toBeUndefined();
    expect(there.pick('orders', new Set(picked.slice(1, 3)))?.id).toBe(picked[0]);
  });

  it('tells what changes, once, and hands a node to whoever waits for it', async () => {
    const { here, there } = await make();
    const changes: string[] = [];
    there.onDidChange(({ action, service }: RegistryChange) => changes.push(`${action} ${service.nodes.length}`));
    const waiting = there.waitForNode('orders', new AbortController().signal);
    here.register(orders, node('a'));
    expect((await waiting)?.port).toBe(8000);
    // Said again, it is nothing new.
    here.register(orders, node('a'));
    here.register(orders, node('b'));
    await waitFor('both are told', () => changes.includes('update 2'));
    here.deregister('orders', 'b');
    await waitFor('one is told', () => changes.at(-1) === 'update 1');
    here.deregister('orders', 'a');
    await waitFor('the end is told', () => changes.at(-1) === 'delete 1');
    expect(changes).toEqual(['create 1', 'update 2', 'update 1', 'delete 1']);
  });

  it('takes what an instance says of itself later', async () => {
    const { here, there } = await make();
    here.register(orders, node('a'));
    await waitFor('it is seen', () => ids(there).length === 1);
    here.describe('orders', 'a', { metadata: { kind: 'x' }, endpoints: [{ name: 'Orders.List', metadata: {} }] });
    await waitFor('it is seen', () => there.get('orders')?.endpoints[0]?.name === 'Orders.List');
  });

  it('drops a node that is not renewed in its time', async () => {
    const { here, there } = await make();
    here.register(orders, node('a'), 1);
    await waitFor('it is seen', () => ids(there).length === 1);
    await waitFor('it is gone', () => ids(there).length === 0);
  });
});

describe('registries that an etcd joins', () => {
  it('say where the services of this machine are for others, and leave other addresses alone', async () => {
    const { join } = await environment();
    const [a, b] = [await join('a.internal'), await join('b.internal')];
    a.local.register(orders, node('x', { address: '127.0.0.1' }));
    b.local.register(orders, node('x', { address: '10.2.2.2' }));
    await waitFor('each sees both', () => ids(a.local).length === 2 && ids(b.local).length === 2);
    const addresses = (registry: MemoryRegistry) =>
      registry
        .get('orders')
        ?.nodes.map(({ address }) => address)
        .sort();
    expect(addresses(a.local)).toEqual(['10.2.2.2', '127.0.0.1']);
    expect(addresses(b.local)).toEqual(['10.2.2.2', 'a.internal']);
    // One that comes later sees them as well; one that leaves takes its own with it, at once.
    const c = await join('c.internal');
    expect(ids(c.local)).toHaveLength(2);
    await a.link.stop();
    await waitFor('its node is gone', () => addresses(c.local)?.join() === '10.2.2.2');
    expect(ids(a.local)).toHaveLength(2);
  });

  it('keep what they know while etcd is away, and agree again when it is back', async () => {
    const { engine, join } = await environment();
    const [a, b] = [await join(), await join()];
    a.local.register(orders, node('old'));
    a.local.register({ name: 'mail', version: '1' }, node('stays'));
    await waitFor('they are seen', () => ids(b.local).length === 1 && ids(b.local, 'mail').length === 1);
    await engine.stop('SIGKILL');
    await waitFor('it is seen to be away', () => b.link.state.awaySince !== undefined);
    expect(ids(b.local)).toEqual(['old']);
    a.local.deregister('orders', 'old');
    a.local.register(orders, node('new'));
    await engine.start();
    await waitFor('it is back', () => a.link.state.awaySince === undefined && b.link.state.awaySince === undefined);
    await waitFor('what changed meanwhile is seen', () => ids(b.local).join() === 'new');
    expect(ids(b.local, 'mail')).toEqual(['stays']);
    expect(b.link.state.version).toMatch(/^\d+\.\d+/);
  });

  it('can be joined later when etcd is away at the start, and refuse what is no address', async () => {
    const { engine, join } = await environment();
    await engine.stop();
    const late = await join();
    expect(late.link.state.awaySince).toBeGreaterThan(0);
    await engine.start();
    await waitFor('it is joined', () => late.link.state.awaySince === undefined);
    const other = await join();
    late.local.register(orders, node('a'));
    await waitFor('it is seen', () => ids(other.local).length === 1);
    expect(() => new EtcdLink({ settings: etcdSettings('redis://u:geheim@h', {}), clock: systemClock })).toThrow(
      expect.objectContaining({ code: 'engine.invalid-address' }) as Error,
    );
  });
});
