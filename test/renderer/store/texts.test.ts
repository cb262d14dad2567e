import { create } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepDraft, keptDraft } from '../../../renderer/features/store/drafts.ts';
import { formatLeft, lifeProblem } from '../../../renderer/features/store/life.ts';
import { parseSpan } from '../../../renderer/ui/parseSpan.ts';
import { maxMarks, noMarks, toggled, withRange } from '../../../renderer/features/store/marks.ts';
import { paramsOf, placeFrom, watchedPrefix } from '../../../renderer/features/store/storePlace.ts';
import { editableText } from '../../../renderer/features/store/textBytes.ts';
import { byDatabase } from '../../../renderer/features/store/useTables.ts';
import { RecordInfoSchema, TableStatsSchema } from '../../../shared/contract/gen/records_pb.ts';

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

describe('the life of a record', () => {
  it('is read as people write it, and refused when it is none', () => {
    expect(['30s', '5m', ' 2 h 30 min ', '7d', '1.5h', '250ms'].map(parseSpan)).toEqual([
      30_000, 300_000, 9_000_000, 604_800_000, 5_400_000, 250,
    ]);
    for (const bad of ['', '5', 'soon', '5m soon', '-5m', '0s']) expect(parseSpan(bad), bad).toBeUndefined();
    expect(lifeProblem('')).toBeUndefined();
    expect(lifeProblem('soon')).toMatch(/^Write a time such as/);
  });

  it('as it is shown can be typed back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 4_000_000_000 }), (leftMs) => {
        const back = parseSpan(formatLeft(leftMs, 0)) ?? Number.NaN;
        expect(Math.abs(back - leftMs)).toBeLessThanOrEqual(Math.max(1_000, leftMs / 24));
      }),
    );
    expect(formatLeft(5, 5)).toBe('over');
  });
});

describe('a place of the store', () => {
  it('stands in the address and comes back from it', () => {
    const names = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(
        fc.record({
          database: names,
          table: names,
          prefix: fc.string(),
          reverse: fc.boolean(),
          key: fc.option(fc.string(), { nil: undefined }),
        }),
        (place) => {
          expect(placeFrom(paramsOf(place))).toEqual(place);
        },
      ),
    );
    expect(placeFrom({})).toMatchObject({ database: 'micro', table: 'micro', prefix: '' });
  });

  it('is watched from where list and open record begin alike', () => {
    expect(watchedPrefix('a/', undefined)).toBe('a/');
    expect(watchedPrefix('a/', 'a/1')).toBe('a/');
    expect(watchedPrefix('cart/1', 'cart/2')).toBe('cart/');
    expect(watchedPrefix('a', 'b')).toBe('');
    expect(watchedPrefix('x😀', 'x😁')).toBe('x');
    fc.assert(
      fc.property(fc.string(), fc.string(), (prefix, key) => {
        const watched = watchedPrefix(prefix, key);
        expect(prefix.startsWith(watched) && key.startsWith(watched)).toBe(true);
      }),
    );
  });
});

describe('a text for a field', () => {
  it('comes back as it was, whatever it is, or is not offered', () => {
    const pieces = fc.array(fc.constantFrom('\r\n', '\n', '\r', 'a', '\ufeff', '😀', ' '), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (parts) => {
        const raw = parts.join('');
        const editable = editableText(raw, undefined);
        // A field knows line feeds only.
        const inField = editable?.text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
        if (editable) expect(decode(editable.toBytes(inField ?? ''))).toBe(raw);
        else expect(raw).toContain('\r');
      }),
    );
    expect(editableText(undefined, undefined)).toBeUndefined();
    expect(editableText('x'.repeat(2_000_000), undefined)).toBeUndefined();
  });

  it('of JSON without spaces is in order, and is stored without spaces again', () => {
    const raw = '{"a":[1,12345678901234567890],"b":{}}';
    const editable = editableText(raw, '{\n  "a": 1\n}');
    expect(editable?.text).toBe('{\n  "a": 1\n}');
    expect(decode(editable?.toBytes('{\n  "a": 2.50\n}') ?? new Uint8Array())).toBe('{"a":2.50}');
    const spaced = '{ "a": 1 }';
    expect(editableText(spaced, '{\n  "a": 1\n}')?.text).toBe(spaced);
  });
});

describe('marks and drafts', () => {
  const record = (key: string) => create(RecordInfoSchema, { key });

  it('mark and unmark a record, a range, and no more than can be brought back', () => {
    const rows = ['a', 'b', 'c', 'd'].map(record);
    const one = toggled(noMarks, record('b'));
    expect([...one.keys()]).toEqual(['b']);
    expect(toggled(one, record('b')).size).toBe(0);
    expect([...withRange(noMarks, 3, 1, (row) => rows[row]).keys()]).toEqual(['b', 'c', 'd']);
    expect(withRange(noMarks, 0, maxMarks + 5, (row) => record(String(row))).size).toBe(maxMarks);
  });

  it('keep an unsaved text while other records are looked at, and not without bound', () => {
    const place = { database: 'micro', table: 't' };
    const draft = { revision: 1, text: 'x', asJson: false, life: undefined };
    keepDraft(place, 'a', draft);
    expect(keptDraft(place, 'a')).toEqual(draft);
    keepDraft(place, 'a', undefined);
    expect(keptDraft(place, 'a')).toBeUndefined();
    for (let i = 0; i < 40; i++) keepDraft(place, `k${i}`, draft);
    expect(keptDraft(place, 'k0')).toBeUndefined();
    expect(keptDraft(place, 'k39')).toEqual(draft);
  });
});

it('tables stand under their databases with what they are together', () => {
  const stats = (database: string, table: string, records: number) =>
    create(TableStatsSchema, { database, table, records, bytes: records * 10 });
  const [first, second] = byDatabase([stats('a', 'x', 1), stats('a', 'y', 2), stats('b', 'x', 4)]);
  expect(first).toMatchObject({ database: 'a', records: 3, bytes: 30 });
  expect(first?.tables.map(({ table }) => table)).toEqual(['x', 'y']);
  expect(second).toMatchObject({ database: 'b', records: 4 });
});
