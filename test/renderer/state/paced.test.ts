import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from '../../../renderer/state/paced.ts';

describe('values that come faster than they can be read', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('the first is shown at once, then the newest of each stretch, and never one twice', () => {
    const seen: number[] = [];
    const values = paced<number>(400, (value) => seen.push(value));
    for (let at = 0; at < 10; at++) {
      values.take(at);
      vi.advanceTimersByTime(100);
    }
    expect(seen).toEqual([0, 3, 7]);
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual([0, 3, 7, 9]);
  });

  it('one that comes after a pause does not wait', () => {
    const seen: number[] = [];
    const values = paced<number>(400, (value) => seen.push(value));
    values.take(1);
    vi.advanceTimersByTime(500);
    values.take(2);
    expect(seen).toEqual([1, 2]);
  });

  it('one that waits is forgotten when nobody watches any more', () => {
    const seen: number[] = [];
    const values = paced<number>(400, (value) => seen.push(value));
    values.take(1);
    values.take(2);
    values.clear();
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual([1]);
  });
});
