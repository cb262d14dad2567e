import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { EventRange, type HistoryPage, maxEvents } from '../../../renderer/features/events/eventRange.ts';
import { HistoryResponseSchema } from '../../../shared/contract/gen/topics_pb.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** A topic with events 0 to `length`, asked as the server is. */
function topic(length: number) {
  const state = { length, asked: [] as HistoryPage[], fails: false };
  const load = async (page: HistoryPage) => {
    state.asked.push(page);
    if (state.fails) throw new Error('gone');
    const { from, backwards = false, limit = 100 } = page;
    const at = from?.at?.case === 'offset' ? from.at.value : undefined;
    const start = backwards ? Math.min(at ?? state.length, state.length) - 1 : (at ?? 0);
    const offsets = Array.from({ length: limit }, (_, i) => (backwards ? start - i : start + i));
    const events = offsets.filter((offset) => offset >= 0 && offset < state.length);
    const last = events.at(-1) ?? 0;
    const isMore = backwards ? last > 0 : last < state.length - 1;
    return create(HistoryResponseSchema, {
      events: events.map((offset) => ({ event: { offset } })),
      ...(isMore ? { next: last } : {}),
    });
  };
  return { state, load };
}

const offsets = (range: EventRange): number[] => range.events.map(({ event }) => event?.offset ?? -1);
/** Whether a list has no gap and is newest first. */
const isWhole = (list: readonly number[]): boolean =>
  list.every((offset, i) => i === 0 || offset === (list[i - 1] ?? 0) - 1);

describe('the events of a topic that are looked at', () => {
  it('begin at the end, follow it, and go back as far as one wants', async () => {
    const { state, load } = topic(250);
    const range = new EventRange(load, () => {});
    range.setEnd(250);
    await range.go(undefined);
    expect(offsets(range).slice(0, 2)).toEqual([249, 248]);
    range.older();
    await waitFor('older ones', () => range.events.length === 200);
    range.older();
    await waitFor('the oldest', () => range.events.length === 250);
    expect(range.hasOlder).toBe(false);
    state.length = 253;
    range.setEnd(253);
    await waitFor('the new ones', () => offsets(range)[0] === 252);
    expect(isWhole(offsets(range))).toBe(true);
  });

  it('stand still while they are held, and count what waits', async () => {
    const { state, load } = topic(10);
    const range = new EventRange(load, () => {});
    range.setEnd(10);
    await range.go(undefined);
    range.hold(true);
    state.length = 14;
    range.setEnd(14);
    expect([offsets(range)[0], range.waiting]).toEqual([9, 4]);
    range.hold(false);
    await waitFor('the new ones', () => offsets(range)[0] === 13);
    expect(range.waiting).toBe(0);
  });

  it('begin anew at the end instead of running after a flood', async () => {
    const { state, load } = topic(10);
    const range = new EventRange(load, () => {});
    range.setEnd(10);
    await range.go(undefined);
    state.length = 50_000;
    range.setEnd(50_000);
    await waitFor('the end', () => offsets(range)[0] === 49_999);
    expect(range.events.length).toBe(100);
    expect(isWhole(offsets(range))).toBe(true);
  });

  it('begin at a place, go on from there, and follow once the end is reached', async () => {
    const { load } = topic(700);
    const range = new EventRange(load, () => {});
    range.setEnd(700);
    await range.go({ case: 'offset', value: 300 });
    expect([offsets(range)[0], offsets(range).at(-1), range.following, range.waiting]).toEqual([399, 300, false, 300]);
    range.older();
    await waitFor('older ones', () => offsets(range).at(-1) === 200);
    range.newer();
    await waitFor('the end', () => offsets(range)[0] === 699 && range.following);
    expect(isWhole(offsets(range))).toBe(true);
  });

  it('are never more than can be held', async () => {
    const { load } = topic(10_000);
    const range = new EventRange(load, () => {});
    range.setEnd(10_000);
    await range.go(undefined);
    for (let i = 0; i < 30; i++) {
      const last = offsets(range).at(-1);
      range.older();
      await waitFor('a page', () => offsets(range).at(-1) !== last);
    }
    expect(range.events.length).toBe(maxEvents);
    expect(isWhole(offsets(range))).toBe(true);
    expect(range.following).toBe(false);
  });

  it('stay when a page fails, and tell why', async () => {
    const { state, load } = topic(300);
    const range = new EventRange(load, () => {});
    range.setEnd(300);
    await range.go(undefined);
    state.fails = true;
    range.older();
    await waitFor('the failure', () => range.error !== undefined);
    expect(range.events.length).toBe(100);
    state.fails = false;
    range.older();
    await waitFor('the page', () => range.events.length === 200);
    expect(range.error).toBeUndefined();
  });
});
