import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { openFileStore } from '../../../electron/server/store/openStore.ts';
import { killedWriter } from '../../helpers/killedWriter.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Kills; MICRO_STORE_KILLS makes them more. */
const KILLS = Number(process.env['MICRO_STORE_KILLS'] ?? 12);
const place = { database: 'micro', table: 'kill' };

describe('a store in a file, whose process is killed while it writes', () => {
  const writer = killedWriter('storeWriter');

  it('has every write that was acknowledged, and none by half', { timeout: 900_000 }, async () => {
    const { folder } = writer;
    let next = 0;
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = (await writer.runAndKill(next, 1 + Math.floor(Math.random() * 60))).map(Number);
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
});
