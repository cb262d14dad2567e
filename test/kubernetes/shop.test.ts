import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { waitFor } from '../helpers/waitFor.ts';
import { ourObjects, type TestCluster, testCluster } from './helpers/cluster.ts';
import { type ClusterServer, clusterServer, podsMs } from './helpers/environment.ts';
import { type Manifest, shopManifest } from './helpers/shopManifest.ts';

describe('the shop in Kubernetes', () => {
  let cluster: TestCluster;
  let micro: ClusterServer;
  let file: string;

  beforeAll(async () => {
    cluster = await testCluster('shop');
    // Somebody else's, which has to be there at the end as well.
    await cluster.core.createNamespacedConfigMap({
      namespace: cluster.namespace,
      body: { metadata: { name: 'foreign' }, data: { a: 'b' } },
    });
    micro = await clusterServer(cluster);
    file = join(micro.home, 'micro.yaml');
    await writeFile(file, await shopManifest());
  });
  afterAll(async () => {
    await micro?.dispose();
    await cluster?.dispose();
  });

  const pods = async (service: string) =>
    (
      await cluster.core.listNamespacedPod({
        namespace: cluster.namespace,
        labelSelector: `app.kubernetes.io/name=${service}`,
      })
    ).items;
  const untilSeeded = () =>
    micro.until('seed', 'completed', ({ status, reason }) => status === 'stopped' && reason === 'completed');
  const images = async (service: string): Promise<(string | undefined)[]> =>
    (await pods(service)).map((pod) => pod.spec?.containers[0]?.image);

  test('comes up in order, each service as a pod', async () => {
    const { code, err } = await micro.micro('run', micro.home);
    expect(code, err).toBe(0);
    const { services } = parse(await shopManifest()) as Manifest;
    for (const name of Object.keys(services)) {
      if (name === 'seed') await untilSeeded();
      else await micro.until(name, 'running', ({ status }) => status === 'running');
    }
  });

  test('is called from outside, through the gateway', async () => {
    const { code, out, err } = await micro.micro('call', 'catalog', '/products');
    expect(code, err).toBe(0);
    expect(out).toContain('Green tea');
  });

  test('pods call each other and the server', async () => {
    const orders = await waitFor(
      'orders that were placed',
      async () => {
        const { out } = await micro.micro('logs', 'mailer');
        return out.includes('orders.placed') || /mail/.test(out) ? out : undefined;
      },
      podsMs,
    );
    expect(orders).not.toContain('is lost');
  });

  test('logs are followed as they are written', async () => {
    // Each order that the shopper places is a line.
    const orders = (text: string): number => text.split('order ').length - 1;
    let first: number | undefined;
    const { out } = await micro.microWith(['logs', '-f', 'orders'], {
      watch: (text, kill) => {
        first ??= orders(text);
        if (orders(text) > first + 2) kill('SIGINT');
      },
    });
    expect(orders(out)).toBeGreaterThan((first ?? 0) + 2);
    const lines = out.trim().split('\n');
    expect(new Set(lines).size, 'no line comes twice').toBe(lines.length);
  });

  test('a command runs in a pod', async () => {
    const { out, code, err } = await micro.micro(
      'exec',
      'catalog',
      '--',
      'node',
      '-p',
      'process.env.MICRO_SERVICE_NAME',
    );
    expect(code, err).toBe(0);
    expect(out.trim()).toBe('catalog');
    expect((await micro.micro('exec', 'catalog', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
  });

  test('a call reaches the pod that takes the place of one that was deleted', async () => {
    const [first] = await pods('payments');
    const name = first?.metadata?.name ?? '';
    await cluster.core.deleteNamespacedPod({ name, namespace: cluster.namespace });
    await micro.until('payments', 'has another pod', ({ status, instances }) => {
      return status === 'running' && instances.length === 1 && instances[0]?.id !== name;
    });
    const { code, err } = await micro.micro('call', 'payments', '/healthz');
    expect(code, err).toBe(0);
  });

  test('catalog is scaled to 3', async () => {
    const { code, err } = await micro.micro('scale', 'catalog', '3');
    expect(code, err).toBe(0);
    const { instances } = await micro.until('catalog', 'has 3', (service) => service.instances.length === 3);
    expect(new Set(instances.map(({ address }) => address)).size).toBe(3);
    expect(await pods('catalog')).toHaveLength(3);
  });

  test('an update under 500 requests loses none', async () => {
    const failed: string[] = [];
    let done = 0;
    let isNew = false;
    /** Requests go on until the update is through, and there are at least 500. */
    const visitor = async (): Promise<void> => {
      while (!isNew || done < 500) {
        const answer = await fetch(`${micro.server.gateway}/catalog/products`).then(
          async (response) => `${response.status} ${(await response.text()).length > 2}`,
          (error: Error) => String(error.cause ?? error),
        );
        done += 1;
        if (answer !== '200 true') failed.push(answer);
      }
    };
    const visitors = Promise.all(Array.from({ length: 4 }, visitor));
    const text = await shopManifest({ catalog: 2 });
    await writeFile(file, text.replace('catalog:\n', 'catalog:\n    replicas: 3\n'));
    await waitFor(
      'new pods only',
      async () => {
        const all = await images('catalog');
        return all.length === 3 && all.every((image) => image === 'micro.test/shop:2');
      },
      podsMs,
    );
    isNew = true;
    await visitors;
    process.stdout.write(`update under ${done} requests: ${failed.length} failed\n`);
    expect(failed).toEqual([]);
  });

  test('is rolled back to the version before', async () => {
    const { code, err } = await micro.micro('rollback', 'catalog');
    expect(code, err).toBe(0);
    await waitFor(
      'old pods only',
      async () => {
        const all = await images('catalog');
        return all.length === 3 && all.every((image) => image === 'micro.test/shop:1');
      },
      podsMs,
    );
    // The version that runs is what is scaled, not the one that was rolled back.
    const scaled = await micro.micro('scale', 'catalog', '2');
    expect(scaled.code, scaled.err).toBe(0);
    await micro.until('catalog', 'has 2', (service) => service.instances.length === 2);
    expect(new Set(await images('catalog'))).toEqual(new Set(['micro.test/shop:1']));
    const again = await micro.micro('rollback', 'catalog', '--to', '99');
    expect(again.code).not.toBe(0);
    expect(again.err).toContain('no version 99');
  });

  test('goes on when the server is started anew, and is the same afterwards', async () => {
    const uids = async () => (await pods('orders')).map((pod) => pod.metadata?.uid);
    const before = await uids();
    const job = async () =>
      (await cluster.batch.readNamespacedJob({ name: 'seed', namespace: cluster.namespace })).metadata?.uid;
    const seeded = await job();
    await micro.restart();
    await micro.until('orders', 'running', ({ status }) => status === 'running');
    expect(before).toHaveLength(1);
    expect(await uids(), 'its pod goes on').toEqual(before);
    expect((await micro.micro('call', 'orders', '/healthz')).code).toBe(0);
    await untilSeeded();
    expect(await job(), 'a task that has ended is not run again').toBe(seeded);
  });

  test('what is not ours is left alone, and said', async () => {
    const { namespace, core } = cluster;
    const manifest = parse(await readFile(file, 'utf8')) as Manifest;
    manifest.services['foreign-name'] = {
      run: 'node services/catalog.mjs',
      port: 'auto',
      image: { name: 'micro.test/shop:1', run: 'node services/catalog.mjs' },
    };
    await core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'foreign-name' }, spec: { ports: [{ port: 80 }] } },
    });
    await writeFile(file, stringify(manifest));
    await waitFor('the new service', async () => (await micro.status()).has('foreign-name'));
    const { code } = await micro.micro('start', 'foreign-name');
    expect(code).not.toBe(0);
    expect((await micro.status()).get('foreign-name')?.reason).toContain('is not ours');
  });

  test('is stopped, and nothing of ours is left', async () => {
    const startedAt = Date.now();
    const { code, err } = await micro.micro('stop', '--all');
    process.stdout.write(`stopped in ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
    expect(code, err).toBe(0);
    expect(await ourObjects(cluster)).toEqual([]);
    const { namespace, core } = cluster;
    expect((await core.readNamespacedConfigMap({ name: 'foreign', namespace })).data).toEqual({ a: 'b' });
    expect((await core.readNamespacedService({ name: 'foreign-name', namespace })).spec?.ports?.[0]?.port).toBe(80);
  });
});
