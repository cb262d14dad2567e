import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptWhileUsed } from '../../../renderer/features/graph/keptWhileUsed.ts';

function fixture() {
  const made: { ended: boolean }[] = [];
  const use = keptWhileUsed(
    async () => {
      const thing = { ended: false };
      made.push(thing);
      return thing;
    },
    (thing) => {
      thing.ended = true;
    },
    1000,
  );
  return { made, use };
}

describe('what is kept while it is used', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is made once for uses that follow each other, and ended when none came for a while', async () => {
    const { made, use } = fixture();
    await use(async () => {});
    await vi.advanceTimersByTimeAsync(900);
    await use(async () => {});
    await vi.advanceTimersByTimeAsync(900);
    expect(made).toEqual([{ ended: false }]);
    await vi.advanceTimersByTimeAsync(200);
    expect(made).toEqual([{ ended: true }]);
    await use(async () => {});
    expect(made).toEqual([{ ended: true }, { ended: false }]);
  });

  it('is not ended under a use that takes long', async () => {
    const { made, use } = fixture();
    let finish = (): void => {};
    const long = use(() => new Promise<void>((resolve) => (finish = resolve)));
    await use(async () => {});
    await vi.advanceTimersByTimeAsync(5000);
    expect(made).toEqual([{ ended: false }]);
    finish();
    await long;
    await vi.advanceTimersByTimeAsync(1100);
    expect(made).toEqual([{ ended: true }]);
  });

  it('is made anew after a use that failed', async () => {
    const { made, use } = fixture();
    await expect(use(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await use(async () => {});
    expect(made).toEqual([{ ended: true }, { ended: false }]);
  });
});
