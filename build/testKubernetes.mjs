import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureBinaries } from './kubernetes/binaries.mjs';
import { ensurePackages as ensureDebianPackages } from './kubernetes/packages.mjs';
import { requireClusterMachine, withTestCluster } from './kubernetes/testCluster.mjs';
import { ensureBundles } from './lib/bundles.mjs';
import { runCommand } from './lib/commandLine.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { root } from './lib/paths.mjs';
import { runScript, seconds, SetupError, Steps } from './lib/steps.mjs';

/**
 * `npm run test:kubernetes [FILE…]`: starts a real Kubernetes on this machine, runs the tests of test/kubernetes on it and
 * takes everything away again. Linux, as root. `--keep` leaves it running until Ctrl-C. The last line is `N passed, N failed`.
 */
requireNode();
const startedAt = Date.now();
await runScript(async () => {
  let result = { passed: 0, failed: 1 };
  try {
    result = await runAll();
  } catch (error) {
    // A machine that cannot run the tests has not passed them.
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  }
  process.stdout.write(`in ${seconds(startedAt)}\n${result.passed} passed, ${result.failed} failed\n`);
  process.exitCode = result.failed === 0 ? 0 : 1;
});

async function runAll() {
  requireClusterMachine();
  const words = process.argv.slice(2);
  const keeps = words.includes('--keep');
  const files = words.filter((word) => word !== '--keep');
  const steps = new Steps(5);
  let bin;
  await steps.run('packages', ensurePackages);
  await steps.run('bundles', async () => ((await ensureBundles(['node', 'sdk'])).length > 0 ? 'built' : 'current'));
  await steps.run('Debian packages', async () => (await ensureDebianPackages()).join(', ') || 'all there');
  await steps.run('Kubernetes', async (say) => (bin = await ensureBinaries(say)));
  return withTestCluster(
    bin,
    (cluster, archives) =>
      steps.run('cluster', async (say) => {
        await cluster.start(archives, say);
        return `one node; its API is on port ${cluster.way.address().port}`;
      }),
    async (cluster, images) => {
      if (!keeps) return runTests(cluster, images, files);
      await keep(cluster, images);
      return { passed: 0, failed: 0 };
    },
  );
}

async function keep(cluster, images) {
  const names = { KUBECONFIG: cluster.kubeconfig, MICRO_TEST_NETNS: cluster.namespace, MICRO_TEST_IMAGES: images };
  for (const [name, value] of Object.entries(names)) process.stdout.write(`export ${name}=${value}\n`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}

/** Files in which a test failed run once more: what passes then is named, for it is a fault to be found, but did not fail. */
async function runTests(cluster, images, files) {
  const first = await vitest(cluster, images, files);
  const broken = first.files.filter((file) => failuresOf(file).length > 0);
  let results = first.files;
  if (broken.length > 0) {
    process.stdout.write(`\n── second try of ${broken.length} ${broken.length === 1 ? 'file' : 'files'}\n`);
    const names = broken.map(({ name }) => relative(root, name));
    const again = (await vitest(cluster, images, names)).files;
    results = results.map((file) => again.find(({ name }) => name === file.name) ?? file);
  }
  const failed = results.flatMap(failuresOf);
  for (const title of broken.flatMap(failuresOf))
    if (!failed.includes(title)) process.stdout.write(`passed only at the second try: ${title}\n`);
  for (const title of failed) process.stdout.write(`FAILED ${title}\n`);
  const passed = results.flatMap((file) => file.assertionResults).filter(({ status }) => status === 'passed').length;
  const isOdd = passed === 0 || (first.code !== 0 && broken.length === 0);
  return { passed, failed: failed.length === 0 && isOdd ? 1 : failed.length };
}

/** Titles of what did not pass in a file; one that cannot be loaded has no test that could fail, and counts as one. */
function failuresOf(file) {
  const failed = file.assertionResults.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName);
  return failed.length > 0 || file.status !== 'failed' ? failed : [relative(root, file.name)];
}

async function vitest(cluster, images, files) {
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
  const program = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await runCommand(process.execPath, [program, ...args, ...files], { cwd: root, env, inherit: true });
  return { code, files: JSON.parse(readFileSync(report, 'utf8')).testResults };
}
