import { expect, it } from 'vitest';
import { type EngineWriter, type Space, SPACES } from '../../../electron/server/store/engine.ts';
import { MemoryBytes } from '../../../electron/server/host/memoryBytes.ts';
import { RecordStore } from '../../../electron/server/store/recordStore.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { table, write } from '../../helpers/storeFixture.ts';

/** An engine whose disk can be full. */
class FullEngine extends MemoryBytes<Space> {
  isFull = false;
  attempts = 0;

  override write<T>(step: (writer: EngineWriter) => T): Promise<T> {
    this.attempts += 1;
    return this.isFull ? Promise.reject(new Error('full')) : super.write(step);
  }
}

it('what is over and cannot be taken out is hidden all the same, and is taken out once there is room', async () => {
  const clock = new FakeClock();
  const engine = new FullEngine(SPACES);
  const store = new RecordStore(engine, clock);
  const expired: string[] = [];
  store.onDidChange(({ type, key }) => type === 'expired' && expired.push(key));
  await store.apply([write('short', 'v', { ttlMs: 1_000 }), write('ever', 'v')]);
  engine.isFull = true;
  engine.attempts = 0;
  await clock.advance(30_000);
  expect(engine.attempts).toBeGreaterThanOrEqual(2);
  expect(engine.attempts).toBeLessThanOrEqual(4);
  expect((await store.list(table)).map(({ key }) => key)).toEqual(['ever']);
  await expect(store.stats()).rejects.toThrow('full');
  engine.isFull = false;
  await clock.advance(11_000);
  expect(expired).toEqual(['short']);
  expect(await store.stats()).toMatchObject([{ records: 1 }]);
  await store.close();
  expect(clock.pendingTimers).toBe(0);
});
