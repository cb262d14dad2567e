import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from './kubernetes/binaries.mjs';
import { Cluster } from './kubernetes/cluster.mjs';
import { ensurePackages as ensureDebianPackages } from './kubernetes/packages.mjs';
import { makeTestImages } from './kubernetes/testImages.mjs';
import { ensureBundles } from './lib/bundles.mjs';
import { runCommand } from './lib/commandLine.mjs';
import { cacheFolder } from './lib/electronRuntime.mjs';
import { withLock } from './lib/lock.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { root } from './lib/paths.mjs';
import { runScript, seconds, SetupError, Steps } from './lib/steps.mjs';

/**
 * `npm run test:kubernetes [FILE…]`: starts a real Kubernetes on this machine, runs the tests of test/kubernetes on it and
 * takes everything away again. Linux, as root. `--keep` leaves it running until Ctrl-C. The last line is `N passed, N failed`.
 */
requireNode();
await runScript(async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new SetupError('a Kubernetes for the tests needs Linux and root: it makes network namespaces and containers');
  }
  const words = process.argv.slice(2);
  const keeps = words.includes('--keep');
  const files = words.filter((word) => word !== '--keep');
  const startedAt = Date.now();
  const steps = new Steps(5);
  let bin;
  await steps.run('packages', ensurePackages);
  await steps.run('bundles', async () => ((await ensureBundles(['node', 'sdk'])).length > 0 ? 'built' : 'current'));
  await steps.run('Debian packages', async () => (await ensureDebianPackages()).join(', ') || 'all there');
  await steps.run('Kubernetes', async (say) => (bin = await ensureBinaries(say)));
  // The control groups of pods have one place on a machine, so there is one cluster at a time.
  await withLock(join(cacheFolder(), 'kubernetes.lock'), async () => {
    const images = mkdtempSync(join(tmpdir(), 'micro-images-'));
    const cluster = new Cluster(bin);
    const handleSignal = () => void 0;
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, handleSignal);
    let result = { passed: 0, failed: 1 };
    try {
      await steps.run('cluster', async (say) => {
        await cluster.start(makeTestImages(images, join(bin, 'pause')), say);
        return `one node; its API is on port ${cluster.way.address().port}`;
      });
      if (keeps) {
        await keep(cluster, images);
        result = { passed: 0, failed: 0 };
      } else result = await runTests(cluster, images, files);
    } finally {
      await cluster.stop();
      rmSync(images, { recursive: true, force: true });
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, handleSignal);
    }
    process.stdout.write(`in ${seconds(startedAt)}\n${result.passed} passed, ${result.failed} failed\n`);
    process.exitCode = result.failed === 0 ? 0 : 1;
  });
});

async function keep(cluster, images) {
  const names = { KUBECONFIG: cluster.kubeconfig, MICRO_TEST_NETNS: cluster.namespace, MICRO_TEST_IMAGES: images };
  for (const [name, value] of Object.entries(names)) process.stdout.write(`export ${name}=${value}\n`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}

async function runTests(cluster, images, files) {
  const report = join(cluster.folder, 'report.json');
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    KUBECONFIG: cluster.kubeconfig,
    // Where tests reach addresses of the cluster itself.
    MICRO_TEST_NETNS: cluster.namespace,
    // Archives of images, by which services are built without a registry of the internet.
    MICRO_TEST_IMAGES: images,
  };
  const args = [
    'run',
    '--project',
    'kubernetes',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await runCommand(process.execPath, [vitest, ...args, ...files], { cwd: root, env, inherit: true });
  const tests = JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.length - passed;
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
