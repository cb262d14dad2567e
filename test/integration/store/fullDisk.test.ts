import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** MB of the small disk. Room for what an empty lmdb file takes, and not for ten blobs. */
const DISK_MB = 12;
/** Mounts a disk of its own that nobody else sees, without a right that users have not. */
const inSmallDisk = (folder: string, words: string[]): string[] => [
  ...['-r', '-m', 'sh', '-c'],
  `mount -t tmpfs -o size=${DISK_MB}m tmpfs "$0" && exec "$@"`,
  folder,
  ...words,
];
const canMount =
  process.platform === 'linux' && spawnSync('unshare', inSmallDisk('/mnt', ['true']), { stdio: 'ignore' }).status === 0;

describe.runIf(canMount)('a disk that is full', () => {
  const bundle = join(process.cwd(), 'dist', `stateFiller-${process.pid}.mjs`);

  beforeAll(async () => {
    await build({
      entryPoints: ['test/fixtures/stateFiller.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['lmdb'],
      logLevel: 'silent',
    });
  });
  afterAll(() => rm(bundle, { force: true }));

  it('refuses blobs, events, config and secrets in words, keeps nothing by half, and takes them once there is room', async () => {
    const folder = await tempFolder('full-disk');
    const done = spawnSync('unshare', inSmallDisk(folder, [process.execPath, bundle, folder]), { encoding: 'utf8' });
    expect(done.status, done.stderr).toBe(0);
    const { full, meanwhile, roomy, reopened } = JSON.parse(done.stdout) as Record<string, unknown>;
    expect(full).toEqual({
      blobs: 'storage.full',
      events: 'storage.full',
      config: 'storage.full',
      secret: 'storage.full',
    });
    const before = {
      config: ['secret', 'small'],
      history: 2,
      blobs: ['small 5'],
      drafts: 0,
      events: ['small 5'],
    };
    expect(meanwhile).toMatchObject(before);
    expect(roomy).toEqual({ blobs: 'written', events: 'written', config: 'written', secret: 'written' });
    expect(reopened).toMatchObject({
      config: ['roomy', 'secret', 'small'],
      history: 4,
      blobs: ['roomy 3000000', 'small 5'],
      drafts: 0,
      events: ['small 5', 'roomy 300000'],
    });
    // What could not be written down is counted with the next one, whose line is whole.
    const { refused } = reopened as { refused: string[] };
    const fitted = refused.filter((line) => line === 'full 0').length;
    expect(fitted).toBeLessThan(12);
    expect(refused).toEqual(['before 0', ...new Array<string>(fitted).fill('full 0'), `after ${12 - fitted}`]);
  });
});
