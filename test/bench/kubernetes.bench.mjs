import { mkdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { ensureBinaries } from '../../build/kubernetes/binaries.mjs';
import { ensurePackages } from '../../build/kubernetes/packages.mjs';
import { requireClusterMachine, withTestCluster } from '../../build/kubernetes/testCluster.mjs';
import { median } from './lib/median.mjs';
import { startMicroServer } from './lib/microServer.mjs';

/** Rounds of each; MICRO_BENCH_ROUNDS chooses another number. */
const ROUNDS = Number(process.env.MICRO_BENCH_ROUNDS ?? 5);
const NAMESPACE = 'bench';
const IMAGE = 'micro.test/platform:1';
/** Listens on PORT, else on 8080, as the Deployment made by hand has it. */
const PROGRAM =
  'require("http").createServer((_, answer) => answer.end("here")).listen(Number(process.env.PORT ?? 8080), "0.0.0.0")';
/** ms between two questions. */
const ASK_MS = 20;
/** ms after which something is wrong. */
const GIVE_UP_MS = 120_000;

export const title = 'From `micro run` to serving, in Kubernetes';
export const about = `A plain Node service in an image that the node has. \`micro run\` of its folder, as a process of its own, until the gateway of the server here passes a request to its pod; against a Deployment of the same image that is made by the API's client, with a look at its port each second as ours has it, until its pod is said to be ready. A real control plane and one node on this machine. Median of ${ROUNDS}, in turn.`;

export async function run({ root, work, say }) {
  requireClusterMachine();
  await ensurePackages();
  const bin = await ensureBinaries(say);
  return withTestCluster(
    bin,
    (cluster, archives) => cluster.start(archives, say),
    (cluster) => serving({ root, work, say, kubeconfig: cluster.kubeconfig }),
  );
}

async function serving({ root, work, say, kubeconfig }) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
  process.env.KUBECONFIG = kubeconfig;
  const home = join(work, 'home');
  const server = await startMicroServer(root, home, ['--runtime', 'kubernetes', '--namespace', NAMESPACE]);
  const times = { hand: [], ours: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      times.hand.push(await byHand(core, apps, `hand${round}`));
      times.ours.push(await byMicro({ root, work, home, gateway: server.ready.gateway }, `ours${round}`));
      say(`by hand ${Math.round(times.hand.at(-1))} ms, micro run ${Math.round(times.ours.at(-1))} ms`);
    }
  } finally {
    await server.stop();
  }
  const against = { value: median(times.hand), name: 'a Deployment by hand' };
  return [{ metric: 'micro run to serving, Kubernetes', value: median(times.ours), unit: 'ms', against }];
}

async function byHand(core, apps, name) {
  const labels = { app: name };
  const container = {
    name,
    image: IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '-e', PROGRAM],
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  };
  const startedAt = performance.now();
  await apps.createNamespacedDeployment({
    namespace: NAMESPACE,
    body: {
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  });
  await until(`the pod of ${name}`, async () => {
    const { items } = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `app=${name}` });
    return items[0]?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  });
  return performance.now() - startedAt;
}

async function byMicro({ root, work, home, gateway }, name) {
  const folder = join(work, name);
  mkdirSync(folder);
  const service = { run: 'node main.mjs', image: { name: IMAGE, run: `node -e '${PROGRAM}'` } };
  // JSON is YAML.
  writeFileSync(join(folder, 'micro.yaml'), JSON.stringify({ name, services: { [name]: service } }));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist/node/cli.mjs'), 'run', folder, '--home', home], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  await until(name, async () => {
    const answer = await fetch(`${gateway}/${name}/`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    return answer?.status === 200 && (await answer.text()) === 'here';
  }).catch((error) => {
    throw new Error(`${error.message}: ${errors}`);
  });
  const tookMs = performance.now() - startedAt;
  const code = await ended;
  if (code !== 0) throw new Error(`micro run ended with ${code}: ${errors}`);
  return tookMs;
}

async function until(what, is) {
  const startedAt = performance.now();
  while (!(await is())) {
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error(`${what} did not come within ${GIVE_UP_MS} ms`);
    await delay(ASK_MS);
  }
}
