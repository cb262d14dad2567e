import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../helpers/waitFor.ts';
import { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig, type V1CronJob } from '@kubernetes/client-node';

/** The cluster that `npm run test:kubernetes` started, seen with its own client. */
export interface TestCluster {
  core: CoreV1Api;
  apps: AppsV1Api;
  batch: BatchV1Api;
  /** Made for this file and removed with it. */
  namespace: string;
  dispose(): Promise<void>;
}

/** Makes a namespace of its own. */
export async function testCluster(name: string): Promise<TestCluster> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const core = config.makeApiClient(CoreV1Api);
  const namespace = `${name}-${randomBytes(3).toString('hex')}`;
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  return {
    core,
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    namespace,
    async dispose() {
      await core.deleteNamespace({ name: namespace });
    },
  };
}

/** Names of everything of ours in a namespace, `Kind/name`. */
export async function ourObjects({ core, apps, batch, namespace }: TestCluster): Promise<string[]> {
  const query = { namespace, labelSelector: 'app.kubernetes.io/managed-by=micro' };
  const lists = await Promise.all([
    apps.listNamespacedDeployment(query).then(({ items }) => ['Deployment', items] as const),
    apps.listNamespacedReplicaSet(query).then(({ items }) => ['ReplicaSet', items] as const),
    batch.listNamespacedJob(query).then(({ items }) => ['Job', items] as const),
    core.listNamespacedPod(query).then(({ items }) => ['Pod', items] as const),
    core.listNamespacedService(query).then(({ items }) => ['Service', items] as const),
    core.listNamespacedConfigMap(query).then(({ items }) => ['ConfigMap', items] as const),
    core.listNamespacedSecret(query).then(({ items }) => ['Secret', items] as const),
    cronJobs(batch, query).then((items) => ['CronJob', items] as const),
  ]);
  return lists.flatMap(([kind, items]) => items.map(({ metadata }) => `${kind}/${metadata?.name}`)).sort();
}

/** A cluster older than 1.21 has no such kind in this version, so there is none of ours either. */
async function cronJobs(batch: BatchV1Api, query: { namespace: string; labelSelector: string }): Promise<V1CronJob[]> {
  try {
    return (await batch.listNamespacedCronJob(query)).items;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return [];
    throw error;
  }
}

interface RelayModule {
  relay(from: string, to: string): Promise<Server>;
}

/** A way from pods to a port of this machine's loopback, which they cannot reach: an address of the cluster's node. */
export interface WayIn {
  /** `host:port` for pods. */
  address: string;
  dispose(): Promise<void>;
}

/** Opens a way to `port` for pods, or at another address of the node; `folder` holds the socket file between the two networks. */
export async function wayIn(port: number, folder: string, host = '10.199.0.1'): Promise<WayIn> {
  const script = fileURLToPath(new URL('../../../build/kubernetes/relay.mjs', import.meta.url));
  const { relay } = (await import(/* @vite-ignore */ script)) as RelayModule;
  const socket = join(folder, `way-${port}.sock`);
  const address = `${host}:${port}`;
  const server = await relay(socket, `127.0.0.1:${port}`);
  const child = inCluster(['node', script, address, socket]);
  return {
    address,
    async dispose() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of this machine that leads to an address of the cluster. */
export interface WayOut {
  port: number;
  dispose(): Promise<void>;
}

/** Opens a way to `to` (host:port) of the cluster; `folder` holds the socket file between the two networks. */
export async function wayOut(to: string, folder: string): Promise<WayOut> {
  const script = fileURLToPath(new URL('../../../build/kubernetes/relay.mjs', import.meta.url));
  const { relay } = (await import(/* @vite-ignore */ script)) as RelayModule;
  const socket = join(folder, 'out.sock');
  const child = inCluster(['node', script, socket, to]);
  await waitFor('the way into the cluster', () => existsSync(socket));
  const server = await relay('127.0.0.1:0', socket);
  return {
    port: (server.address() as AddressInfo).port,
    async dispose() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts a program where the addresses of pods and services are reached. */
export function inCluster(argv: string[]): ChildProcess {
  const [program = '', ...args] = argv;
  const file = program === 'node' ? process.execPath : program;
  return spawn('nsenter', [`--net=/run/netns/${process.env.MICRO_TEST_NETNS}`, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
