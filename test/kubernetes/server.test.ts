import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, KubernetesObjectApi, type KubernetesObject } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { microProcess } from '../helpers/microProcess.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { tlsFile } from '../helpers/tlsFixture.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { ourObjects, type TestCluster, testCluster, wayOut, type WayOut } from './helpers/cluster.ts';
import { podsMs, type SeenService } from './helpers/environment.ts';
import { shopManifest } from './helpers/shopManifest.ts';

const MANIFESTS = 'build/container/kubernetes';
const SECRET = 'a-secret-that-is-long-enough-for-an-account';
/** Those of the shop that need nothing of the server: it listens on the loopback of its pod. */
const SERVED = ['catalog', 'cart', 'orders', 'storefront'];

let cluster: TestCluster;
let objects: KubernetesObjectApi;
let way: WayOut;
let home: string;
/** Files that live as long as the server. */
let base: string;

const server = 'micro-server-0';
const micro = (...words: string[]) =>
  microProcess([words[0] as string, '--environment', 'inside', '--yes', 'inside', ...words.slice(1)], { home });
const status = async (): Promise<Map<string, SeenService>> => {
  const { services } = (await micro('status', '--json')).json<{ services: SeenService[] }>();
  return new Map(services.map((service) => [service.name, service]));
};
const isServerReady = async (): Promise<boolean> => {
  const pod = await cluster.core
    .readNamespacedPod({ name: server, namespace: cluster.namespace })
    .catch(() => undefined);
  if (pod?.metadata?.deletionTimestamp) return false;
  return pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
};

/** The server answers through its Service, and knows that the shop runs. */
const untilServing = (): Promise<unknown> =>
  waitFor('a server', async () => (await status()).get('orders')?.status === 'running', podsMs);
/** What the server wrote of its own runs into its volume: a line when one begins, and one when it has ended in order. */
const serverRuns = async (): Promise<{ run: number; endedAt?: number; outcome?: string; failed?: boolean }[]> =>
  (await readFile(join(base, 'volume/logs/micro/runs.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Awaited<ReturnType<typeof serverRuns>>[number]);

/** Applies what is in build/container/kubernetes as `kubectl apply -k -n` does, with the image that the node has. */
async function applyManifests(): Promise<void> {
  const { resources } = parse(await readFile(join(MANIFESTS, 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  const files = (await readdir(MANIFESTS)).filter((name) => name !== 'kustomization.yaml');
  expect([...resources].sort()).toEqual(files.sort());
  for (const name of resources) {
    const text = (await readFile(join(MANIFESTS, name), 'utf8')).replace(
      'image: micro-server',
      'image: micro.test/micro-server:1',
    );
    const object = parse(text) as KubernetesObject;
    await objects.create({ ...object, metadata: { ...object.metadata, namespace: cluster.namespace } });
  }
}

beforeAll(async () => {
  cluster = await testCluster('server');
  const { core, namespace } = cluster;
  const config = new KubeConfig();
  config.loadFromDefault();
  objects = KubernetesObjectApi.makeApiClient(config);
  const encoded = async (name: string) => (await readFile(tlsFile(name))).toString('base64');
  const tls = { 'tls.crt': await encoded('server.pem'), 'tls.key': await encoded('server.key') };
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'micro-server-tls' }, type: 'kubernetes.io/tls', data: tls },
  });
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'micro-server-admin' }, stringData: { secret: SECRET } },
  });
  // The cluster of the tests has nobody who makes volumes.
  base = await mkdtemp(join(tmpdir(), 'micro-server-'));
  const folder = join(base, 'volume');
  await mkdir(folder);
  await chmod(base, 0o755);
  await chown(folder, 1000, 1000);
  await core.createPersistentVolume({
    body: {
      metadata: { name: namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '5Gi' },
        hostPath: { path: folder, type: 'Directory' },
        claimRef: { namespace, name: `home-${server}` },
      },
    },
  });
  await applyManifests();
  await waitFor('the server in the cluster', isServerReady, podsMs);
  const { spec } = await core.readNamespacedService({ name: 'micro-server', namespace });
  way = await wayOut(`${spec?.clusterIP}:8443`, base);
  home = join(base, 'micro');
});
afterAll(async () => {
  await way?.dispose();
  await cluster?.core.deletePersistentVolume({ name: cluster.namespace }).catch(() => undefined);
  await cluster?.dispose();
  await rm(base, { recursive: true, force: true });
});

describe('the server in the cluster', () => {
  test('says that it is there and takes work, without a token', async () => {
    for (const path of ['healthz', 'readyz']) {
      const words = ['-sS', '--cacert', tlsFile('ca.pem'), `https://localhost:${way.port}/${path}`];
      const curl = spawn('curl', words, { stdio: ['ignore', 'pipe', 'inherit'] });
      let answer = '';
      curl.stdout.on('data', (data: Buffer) => (answer += data.toString()));
      await new Promise((resolve) => curl.once('close', resolve));
      expect(answer.trim(), path).toBe('ok');
    }
  });

  test('runs the shop that is sent to it, with the rights of its role', async () => {
    const words = [`localhost:${way.port}`, '--ca', tlsFile('ca.pem'), '--account', 'admin'];
    const added = await microProcess(['env', 'add', 'inside', ...words], { home, input: `${SECRET}\n` });
    expect(added.code, added.err).toBe(0);
    const project = join(await tempFolder('shop'), 'shop');
    await mkdir(project);
    await writeFile(join(project, 'micro.yaml'), await shopManifest());
    await micro('run', project);
    for (const name of SERVED)
      await waitFor(name, async () => (await status()).get(name)?.status === 'running', podsMs);
    const called = await micro('call', 'catalog', '/products');
    expect(called.out, called.err).toContain('Green tea');
    for (const act of [
      ['scale', 'catalog', '2'],
      ['restart', 'catalog'],
      ['rollback', 'catalog'],
    ]) {
      const { code, err } = await micro(...act);
      expect(code, `${act.join(' ')}: ${err}`).toBe(0);
    }
    expect((await micro('logs', 'catalog')).out).toContain('listens');
  });

  test('ends in order when its pod is deleted; services go on, and the next one follows them', async () => {
    const { core, namespace } = cluster;
    const labelSelector = 'app.kubernetes.io/name=orders';
    const uids = async () =>
      (await core.listNamespacedPod({ namespace, labelSelector })).items.map(({ metadata }) => metadata?.uid);
    const job = async () => (await cluster.batch.readNamespacedJob({ name: 'seed', namespace })).metadata?.uid;
    const before = await uids();
    const seeded = await job();
    const run = (await serverRuns()).at(-1)?.run;
    await core.deleteNamespacedPod({ name: server, namespace });
    // The node may tell its end late; what the server wrote last does not depend on that, and one that was killed wrote nothing.
    await waitFor('its end', async () => (await serverRuns()).some((one) => one.run === run && one.endedAt), podsMs);
    expect((await serverRuns()).find((one) => one.run === run && one.endedAt)).toMatchObject({
      outcome: 'stopped by you',
      failed: false,
    });
    await waitFor('the next one', async () => ((await serverRuns()).at(-1)?.run ?? 0) > (run ?? 0), podsMs);
    await untilServing();
    expect(await uids()).toEqual(before);
    expect(await job(), 'a task that has ended is not run again').toBe(seeded);
  });

  test('takes away everything that it made', async () => {
    await untilServing();
    const { code, err } = await micro('stop', '--all');
    expect(code, err).toBe(0);
    expect(await ourObjects(cluster)).toEqual([]);
  });
});
