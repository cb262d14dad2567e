import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openFileStore } from '../../../electron/server/store/openStore.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Kills; MICRO_STORE_KILLS makes them more. */
const KILLS = Number(process.env['MICRO_STORE_KILLS'] ?? 12);
const place = { database: 'micro', table: 'kill' };

describe('a store in a file, whose process is killed while it writes', () => {
  let work: string;
  let bundle: string;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'micro-store-kill-'));
    // Inside the checkout, because the native library is found from there.
    bundle = join(process.cwd(), 'dist', `storeWriter-${process.pid}.mjs`);
    await build({
      entryPoints: ['test/fixtures/storeWriter.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['lmdb'],
      logLevel: 'silent',
    });
  });
  afterAll(() => Promise.all([rm(work, { recursive: true, force: true }), rm(bundle, { force: true })]));

  it('has every write that was acknowledged, and none by half', { timeout: 900_000 }, async () => {
    const folder = join(work, 'store');
    let next = 0;
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = await writeAndKill(folder, next, 1 + Math.floor(Math.random() * 60));
      const store = await openFileStore(folder, systemClock);
      const seen = new Map<number, number>();
      for (let slot = 0; slot < 50; slot++) {
        const [small, large] = await Promise.all(
          ['small', 'large'].map(async (kind) => {
            const record = await store.read(place, `${kind}/${slot}`);
            return record && Buffer.from(record.value).toString();
          }),
        );
        if (small === undefined) {
          expect(large).toBeUndefined();
          continue;
        }
        expect(large).toBe(small.repeat(500));
        seen.set(slot, Number(small.slice('step '.length)));
      }
      for (const n of acknowledged) expect(seen.get(n % 50)).toBeGreaterThanOrEqual(n);
      await waitFor('all lives to be over', async () => (await store.list({ ...place, prefix: 'life/' })).length === 0);
      const [stats] = await store.stats();
      const listed = await store.list(place);
      expect(stats?.records).toBe(listed.length);
      next = Math.max(0, ...seen.values()) + 1;
      await store.close();
    }
    expect(next).toBeGreaterThan(KILLS);
  });

  /** Steps that were acknowledged before the kill, which comes after so many of them. */
  async function writeAndKill(folder: string, first: number, steps: number): Promise<number[]> {
    const child = spawn(process.execPath, [bundle, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      said += text;
      if (said.split('\n').length > steps) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.on('close', resolve));
    return said.split('\n').slice(0, -1).map(Number);
  }
});
