import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** Blocks of 512 bytes that a file may grow to; stands in for a disk that is full, which a test cannot make. */
const LIMIT_BLOCKS = 6_000;

describe.runIf(process.platform === 'linux')('a store whose file cannot grow', () => {
  const bundle = join(process.cwd(), 'dist', `storeFiller-${process.pid}.mjs`);

  beforeAll(async () => {
    await build({
      entryPoints: ['test/fixtures/storeFiller.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['lmdb'],
      logLevel: 'silent',
    });
  });
  afterAll(() => rm(bundle, { force: true }));

  it('refuses what it cannot keep, has everything else, and does not end the process', async () => {
    const folder = await tempFolder('full');
    const script = `trap '' XFSZ; ulimit -f ${LIMIT_BLOCKS}; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', script, process.execPath, bundle, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code, errors).toBe(0);
    const { failures, kept, bytes } = JSON.parse(out) as { failures: string[]; kept: number; bytes: number };
    for (const failure of failures) expect(['storage.full', 'storage.failed']).toContain(failure);
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(kept).toBeLessThan(6);
    expect(bytes).toBe(600_000);
  });
});
