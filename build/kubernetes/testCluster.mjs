import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../lib/electronRuntime.mjs';
import { withLock } from '../lib/lock.mjs';
import { SetupError } from '../lib/steps.mjs';
import { Cluster } from './cluster.mjs';
import { makeTestImages } from './testImages.mjs';

/** Throws where no cluster can be started. */
export function requireClusterMachine() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new SetupError('a Kubernetes for the tests needs Linux and root: it makes network namespaces and containers');
}

/**
 * Has a cluster on this machine for as long as `use` takes, and takes everything away again.
 * @template T
 * @param {string} bin folder of its programs
 * @param {(cluster: Cluster, archives: Promise<string[]>) => Promise<unknown>} start starts it with these images
 * @param {(cluster: Cluster, images: string) => Promise<T>} use `images`: the folder of the archives
 * @returns {Promise<T>} what `use` resolves with
 */
export function withTestCluster(bin, start, use) {
  // The control groups of pods have one place on a machine, so there is one cluster at a time.
  return withLock(join(cacheFolder(), 'kubernetes.lock'), async () => {
    const images = mkdtempSync(join(tmpdir(), 'micro-images-'));
    const cluster = new Cluster(bin);
    const handleSignal = () => void 0;
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, handleSignal);
    try {
      await start(cluster, makeTestImages(images, join(bin, 'pause')));
      return await use(cluster, images);
    } finally {
      await cluster.stop();
      rmSync(images, { recursive: true, force: true });
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, handleSignal);
    }
  });
}
