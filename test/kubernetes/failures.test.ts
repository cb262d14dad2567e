import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../helpers/waitFor.ts';
import { ourObjects, type TestCluster, testCluster } from './helpers/cluster.ts';
import { type ClusterServer, clusterServer, podsMs } from './helpers/environment.ts';

const service = (run: string[], more: object = {}) => ({
  run,
  port: 'none',
  image: { name: 'micro.test/platform:1', run },
  stop: { graceMs: 1000 },
  start: 'manual',
  ...more,
});
const node = (code: string, more?: object) => service(['node', '-e', code], more);

const manifest = {
  name: 'failures',
  services: {
    hungry: node("console.log('eating'); const a = []; for (;;) a.push(Buffer.alloc(1e7, 1))", {
      resources: { limits: { memory: '64Mi' } },
    }),
    crash: node("console.log('last words'); process.exit(3)"),
    // Refused at once, where a name would be looked for; a node that pulls ends no pod meanwhile.
    imageless: service(['true'], { image: '127.0.0.1:1/none:1' }),
    large: service(['sleep', '1000'], { resources: { requests: { cpu: 500 } } }),
    task: service(['sh', '-c', 'echo "$GREETING $PASSWORD"'], {
      kind: 'task',
      env: { GREETING: '${config:greeting}', PASSWORD: '${secret:password}', PRICE: '$(GREETING) 5$$' },
    }),
    broken: service(['sh', '-c', 'echo no; exit 4'], { kind: 'task' }),
    refused: service(['sleep', '1000']),
    timed: service(['true'], { kind: 'task', schedule: { every: '5m' } }),
  },
};

describe('what goes wrong in Kubernetes is said as it is', () => {
  let cluster: TestCluster;
  let micro: ClusterServer;

  beforeAll(async () => {
    cluster = await testCluster('failures');
    micro = await clusterServer(cluster);
    await writeFile(join(micro.home, 'micro.yaml'), JSON.stringify(manifest));
    const { code, err } = await micro.micro('run', micro.home);
    expect(code, err).toBe(0);
  });
  afterAll(async () => {
    await micro?.dispose();
    await cluster?.dispose();
  });

  /** Both in one look: between two, a container that failed is started again. */
  const untilSaid = (name: string, status: string, reason: RegExp) =>
    micro.until(name, `${status}, ${String(reason)}`, (seen) => seen.status === status && reason.test(seen.reason));
  const startAndSee = async (name: string, status: string, reason: RegExp) => {
    await micro.micro('start', name);
    return untilSaid(name, status, reason);
  };
  /** A log is fetched when its container has ended, so it comes later than the status. */
  const untilLogged = (name: string, isThere: (out: string) => boolean) =>
    waitFor(`the log of ${name}`, async () => isThere((await micro.micro('logs', '--all', name)).out), podsMs);

  test('memory over the limit', async () => {
    // The first restart comes at once, and for that moment it runs: what is waited for is the end of one that stays ended.
    await startAndSee('hungry', 'error', /OOMKilled \(exit 137\)/);
    await untilLogged('hungry', (out) => out.includes('eating'));
  });

  test('a program that ends again and again, whose every log is kept', async () => {
    await startAndSee('crash', 'error', /CrashLoopBackOff: exit 3/);
    await untilLogged('crash', (out) => (out.match(/last words/g)?.length ?? 0) > 1);
  });

  test('an image that is not there', async () => {
    await startAndSee('imageless', 'error', /ErrImagePull|ImagePullBackOff/);
  });

  test('a service that fits on no node', async () => {
    await startAndSee('large', 'pending', /Unschedulable: .*cpu/);
  });

  test('a task that fails', async () => {
    await startAndSee('broken', 'error', /exit 4/);
  });

  test('a schedule where there is no CronJob', async () => {
    await startAndSee('timed', 'error', /has no CronJob/);
  });

  test('no debugger there', async () => {
    const { code, err } = await micro.micro('debug', 'crash');
    expect(code).not.toBe(0);
    expect(err).toContain('not possible for services in Kubernetes');
  });

  test('config and secrets reach a task, by ConfigMap and Secret, and a variable stays as it was written', async () => {
    await micro.micro('config', 'set', 'greeting', 'hello');
    await micro.microWith(['config', 'set', 'password', '--secret'], { input: 's3cret' });
    const { code, err } = await micro.micro('start', 'task');
    expect(code, err).toBe(0);
    await waitFor('its words', async () => (await micro.micro('logs', 'task')).out.includes('hello s3cret'), podsMs);
    const { core, batch, namespace } = cluster;
    expect((await core.readNamespacedConfigMap({ name: 'task', namespace })).data).toEqual({ GREETING: 'hello' });
    const secret = (await core.readNamespacedSecret({ name: 'task', namespace })).data ?? {};
    expect(Buffer.from(secret.PASSWORD ?? '', 'base64').toString()).toBe('s3cret');
    const job = await batch.readNamespacedJob({ name: 'task', namespace });
    expect(JSON.stringify(job)).not.toContain('s3cret');
  });

  test('a quota that leaves no room for a pod', async () => {
    const { core, namespace } = cluster;
    const quota = { metadata: { name: 'few' }, spec: { hard: { pods: '0' } } };
    await core.createNamespacedResourceQuota({ namespace, body: quota });
    // The cluster counts before it refuses.
    await waitFor('the quota', async () => {
      const { status } = await core.readNamespacedResourceQuota({ name: 'few', namespace });
      return status?.used?.pods !== undefined;
    });
    await startAndSee('refused', 'pending', /FailedCreate: .*exceeded quota: few/);
    await core.deleteNamespacedResourceQuota({ name: 'few', namespace });
    await micro.until('refused', 'running', (seen) => seen.status === 'running');
  });

  test('a Deployment that somebody deleted', async () => {
    await cluster.apps.deleteNamespacedDeployment({ name: 'refused', namespace: cluster.namespace });
    await untilSaid('refused', 'error', /deleted in the cluster/);
  });

  test('is taken away with all that belongs to it', async () => {
    const { code, err } = await micro.micro('stop', '--all');
    expect(code, err).toBe(0);
    expect(await ourObjects(cluster)).toEqual([]);
  });
});
