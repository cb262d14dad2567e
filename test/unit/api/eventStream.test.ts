import { describe, expect, it } from 'vitest';
import { streamOf } from '../../../electron/server/api/rpc/eventStream.ts';

describe('stream of an action', () => {
  it('yields everything that was reported, in order, then ends', async () => {
    const seen: number[] = [];
    const stream = streamOf<number>(async (report) => {
      report(1);
      await Promise.resolve();
      report(2);
      report(3);
    }, new AbortController().signal);
    for await (const value of stream) seen.push(value);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('throws what the task throws, after what it reported', async () => {
    const seen: number[] = [];
    const read = async (): Promise<void> => {
      const stream = streamOf<number>(async (report) => {
        report(1);
        throw new Error('broken');
      }, new AbortController().signal);
      for await (const value of stream) seen.push(value);
    };
    await expect(read()).rejects.toThrow('broken');
    expect(seen).toEqual([1]);
  });

  it('ends when the reader goes away, though the task goes on', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const stream = streamOf<number>((report) => {
      report(1);
      return new Promise(() => {});
    }, controller.signal);
    for await (const value of stream) {
      seen.push(value);
      controller.abort();
    }
    expect(seen).toEqual([1]);
  });
});
