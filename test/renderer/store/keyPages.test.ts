import { create } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyPages, type PageRequest, pageRows } from '../../../renderer/features/store/keyPages.ts';
import { type RecordInfo, RecordInfoSchema } from '../../../shared/contract/gen/records_pb.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const keyOf = (n: number): string => `k${String(n).padStart(6, '0')}`;
const info = (key: string): RecordInfo => create(RecordInfoSchema, { key });

/** A table of keys, in order, that is asked for pages as the server is. */
function table(keys: string[]) {
  const asked: PageRequest[] = [];
  const load = async (request: PageRequest) => {
    asked.push(request);
    const { after, offset, limit } = request;
    const start = (after === undefined ? 0 : keys.filter((key) => key <= after).length) + offset;
    return { records: keys.slice(start, start + limit).map(info), more: keys.length > start + limit };
  };
  return { keys, asked, load };
}

const shown = (pages: KeyPages, first: number, end: number): (string | undefined)[] =>
  Array.from({ length: end - first }, (_, i) => pages.row(first + i)?.key);

describe('the pages of a list of keys', () => {
  it('holds those near what is looked at only, and asks for them from the nearest key that it knows', async () => {
    const store = table(Array.from({ length: 20_000 }, (_, i) => keyOf(i)));
    const pages = new KeyPages(store.load, () => {});
    pages.setTotal(20_000);
    for (let row = 0; row < 20_000; row += pageRows) {
      pages.want(row, row + 40);
      await waitFor(`row ${row}`, () => pages.row(row) !== undefined);
      expect(pages.row(row)?.key).toBe(keyOf(row));
    }
    expect(store.asked).toHaveLength(100);
    expect(store.asked.slice(1).every(({ after, offset }) => after !== undefined && offset === 0)).toBe(true);
    expect(pages.row(0)).toBeUndefined();
    expect(pages.count).toBe(20_000);
    expect(pages.isCounted).toBe(true);
  });

  it('without a count grows by a page while there is more, and knows the end when it has seen it', async () => {
    const store = table(Array.from({ length: 450 }, (_, i) => keyOf(i)));
    const pages = new KeyPages(store.load, () => {});
    pages.want(0, 40);
    await waitFor('the first page', () => pages.loaded);
    expect({ count: pages.count, isCounted: pages.isCounted }).toEqual({ count: 400, isCounted: false });
    pages.want(360, 400);
    await waitFor('the second page', () => pages.row(399) !== undefined);
    expect(pages.count).toBe(600);
    pages.want(560, 600);
    await waitFor('the end', () => pages.isCounted);
    expect(pages.count).toBe(450);
  });

  it('comes back to the end of a list that has become shorter than where one looks', async () => {
    const store = table(Array.from({ length: 5_000 }, (_, i) => keyOf(i)));
    const pages = new KeyPages(store.load, () => pages.want(pages.count - 30, pages.count));
    pages.setTotal(5_000);
    await waitFor('the last row', () => pages.row(4_999) !== undefined);
    store.keys.length = 300;
    pages.refresh();
    await waitFor('the end', () => pages.count === 300 && pages.row(299) !== undefined);
  });

  it('shows what it had until a changed page has come, and what failed until one comes again', async () => {
    const store = table(['a', 'b']);
    let fails = false;
    const pages = new KeyPages(
      async (request) => {
        if (fails) throw new Error('gone');
        return store.load(request);
      },
      () => {},
    );
    pages.want(0, 40);
    await waitFor('the page', () => pages.loaded);
    store.keys.unshift('A');
    fails = true;
    pages.refresh();
    await waitFor('the failure', () => pages.error !== undefined);
    expect(shown(pages, 0, 2)).toEqual(['a', 'b']);
    fails = false;
    pages.refresh();
    await waitFor('the change', () => pages.row(0)?.key === 'A');
    expect(pages.error).toBeUndefined();
    expect(pages.indexOf('b')).toBe(2);
  });

  it('shows the rows that the table has, wherever one looks and whatever is written meanwhile', async () => {
    const step = fc.oneof(
      fc.record({ look: fc.nat(3_000) }),
      fc.record({ write: fc.nat(9_999) }),
      fc.record({ remove: fc.nat(9_999) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(2_500), fc.array(step, { maxLength: 12 }), async (count, steps) => {
        const store = table(Array.from({ length: count }, (_, i) => keyOf(i * 4)));
        const pages = new KeyPages(store.load, () => {});
        pages.setTotal(count);
        let look = 0;
        for (const each of [...steps, { look: 0 }]) {
          if ('look' in each) look = each.look;
          else {
            const key = keyOf('write' in each ? each.write : each.remove);
            const others = store.keys.filter((other) => other !== key);
            store.keys.splice(0, store.keys.length, ...('write' in each ? [...others, key].sort() : others));
            pages.refresh();
            pages.setTotal(store.keys.length);
          }
          const first = Math.max(0, Math.min(look, store.keys.length - 30));
          pages.want(first, Math.min(first + 30, store.keys.length));
          const expected = store.keys.slice(first, first + 30);
          await waitFor(
            `rows from ${first}`,
            () => expected.every((key, i) => pages.row(first + i)?.key === key) && pages.count >= store.keys.length,
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
