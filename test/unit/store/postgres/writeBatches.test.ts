import { describe, expect, it } from 'vitest';
import { Deferred } from '../../../../electron/server/base/async.ts';
import type { Operation } from '../../../../electron/server/store/store.ts';
import { WriteBatches } from '../../../../electron/server/store/postgres/writeBatches.ts';

type Answer = { outcome: number | number[] | null }[];

/** Batches to a database that answers when it is told to. */
function fixture() {
  const asked: { values: unknown[]; answer: Deferred<Answer> }[] = [];
  const refused: [calls: number, bytes: number][] = [];
  const batches = new WriteBatches({
    schema: '"s"',
    nowMs: () => 0,
    seen: () => 0,
    write(statement) {
      const answer = new Deferred<Answer>();
      asked.push({ values: statement(false).values ?? [], answer });
      return answer.promise;
    },
    unknown: () => new Error('unknown'),
    overloaded(calls, bytes) {
      refused.push([calls, bytes]);
      return new Error('overloaded');
    },
  });
  const put = (key: string, bytes = 1): Promise<number[]> =>
    batches.add([{ type: 'write', database: 'd', table: 't', key, value: Buffer.alloc(bytes) } satisfies Operation]);
  /** Once the next statement is sent. */
  const sent = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(count);
  };
  return { asked, refused, batches, put, sent };
}

describe('writes that wait for a Postgres', () => {
  it('are sent one after another by a writer that asks again in the very step in which it is answered', async () => {
    const { asked, batches, put, sent } = fixture();
    const first = put('a');
    await sent(1);
    const second = first.then(() => put('b'));
    asked[0]?.answer.resolve([{ outcome: 1 }]);
    await sent(2);
    asked[1]?.answer.resolve([{ outcome: 2 }]);
    expect([await first, await second]).toEqual([[1], [2]]);
    await batches.idle();
  });

  it('go together while one is under way, and each hears what became of its own', async () => {
    const { asked, batches, put, sent } = fixture();
    const first = put('a');
    await sent(1);
    const others = ['b', 'c', 'd'].map((key) => put(key));
    asked[0]?.answer.resolve([{ outcome: 1 }]);
    await sent(2);
    asked[1]?.answer.resolve([{ outcome: [2, 3, 4] }]);
    expect(await Promise.all([first, ...others])).toEqual([[1], [2], [3], [4]]);
    await batches.idle();
  });

  it('are bounded by number: one too many is refused at once, and those before it are done', async () => {
    const { asked, refused, put, sent } = fixture();
    const all = [put('first')];
    await sent(1);
    for (let n = 0; n < 20_000; n++) all.push(put(`k${n}`));
    await expect(put('late')).rejects.toThrow('overloaded');
    expect(refused).toEqual([[20_000, 20_000]]);
    asked[0]?.answer.resolve([{ outcome: 1 }]);
    for (let next = 1; next * 256 < 20_000 + 256; next++) {
      await sent(next + 1);
      if (next === 1) all.push(put('there is room'));
      const count = Math.min(256, 20_001 - (next - 1) * 256);
      asked[next]?.answer.resolve([{ outcome: new Array<number>(count).fill(next) }]);
    }
    expect(await Promise.all(all)).toHaveLength(20_002);
  });

  it('are bounded by bytes, but one large write that waits for nobody is taken', async () => {
    const { asked, refused, put, sent } = fixture();
    const MB = 1024 * 1024;
    const first = put('large', 300 * MB);
    await sent(1);
    const second = put('second', 200 * MB);
    await expect(put('third', 100 * MB)).rejects.toThrow('overloaded');
    expect(refused).toEqual([[1, 200 * MB]]);
    asked[0]?.answer.resolve([{ outcome: 1 }]);
    await first;
    await sent(2);
    asked[1]?.answer.reject(new Error('away'));
    await expect(second).rejects.toThrow('away');
  });

  it('whose outcome nobody can tell say so', async () => {
    const { asked, put, sent } = fixture();
    const lost = put('a');
    await sent(1);
    asked[0]?.answer.resolve([{ outcome: null }]);
    await expect(lost).rejects.toThrow('unknown');
  });
});
