import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { startServer } from '../helpers/microServer.ts';
import { playScenario } from '../helpers/parityScenario.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { ourObjects, type TestCluster, testCluster } from './helpers/cluster.ts';
import { type ImageBuilding, imageBuilding } from './helpers/imageBuilding.ts';

/** ms for a morning on both, with seven images built; a pod that leaves takes its time each time. */
const MORNING_MS = 600_000;

let cluster: TestCluster;
let building: ImageBuilding;

beforeAll(async () => {
  [cluster, building] = await Promise.all([testCluster('parity'), imageBuilding()]);
});
afterAll(async () => {
  await building?.dispose();
  await cluster?.dispose();
});

test(
  'the same commands do and say the same on this machine and in a cluster, with images built here',
  async () => {
    const home = join(await tempFolder('parity-home'), 'micro');
    const local = await startServer(home);
    const here = await playScenario({ home, words: [] }).finally(() => local.stop());
    const micro = (...words: string[]) => microProcess(words, { home, env: building.env });
    const words = ['--kubernetes', '--namespace', cluster.namespace, '--image-prefix', building.prefix];
    const added = await micro('env', 'add', 'lab', ...words);
    expect(added.code, added.err).toBe(0);
    try {
      const place = { home, words: ['--environment', 'lab', '--yes', 'lab'], env: building.env };
      const there = await playScenario(place);
      expect(there).toEqual(here);
      expect(await ourObjects(cluster)).toEqual([]);
    } finally {
      await micro('env', 'stop', 'lab');
    }
  },
  MORNING_MS,
);
