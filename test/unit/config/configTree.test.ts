import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTree, encodeTree } from '../../../electron/server/config/configCodec.ts';
import { differences } from '../../../electron/server/config/configDifferences.ts';
import { parsePath } from '../../../electron/server/config/configPath.ts';
import {
  type Branch,
  emptyBranch,
  type Json,
  partAt,
  toJson,
  withoutPath,
  withValue,
} from '../../../electron/server/config/configTree.ts';

const plain = (root: Branch): Json => toJson(root, [], () => '?');
const set = (root: Branch, path: string, value: Json): Branch =>
  withValue(root, parsePath(path), value, (leaf) => ({ value: leaf, secret: false }));

describe('a document', () => {
  it('merges a map into what is there, and lets anything else take its place', () => {
    let root = set(emptyBranch, 'db', { host: 'a', pool: { min: 1 } });
    root = set(root, 'db', { pool: { max: 5 }, tags: ['x', 'y'] });
    expect(plain(root)).toEqual({ db: { host: 'a', pool: { min: 1, max: 5 }, tags: ['x', 'y'] } });
    root = set(root, 'db.tags', ['z']);
    root = set(root, 'db.pool', 3);
    expect(plain(root)).toEqual({ db: { host: 'a', pool: 3, tags: ['z'] } });
    root = set(root, 'db.pool.min', 2);
    expect(plain(root)).toEqual({ db: { host: 'a', pool: { min: 2 }, tags: ['z'] } });
    expect(plain(set(root, '', { web: null }))).toEqual({
      db: { host: 'a', pool: { min: 2 }, tags: ['z'] },
      web: null,
    });
    expect(() => set(root, '', 5)).toThrow('can only be a map');
  });

  it('loses the levels that a delete empties, and nothing else', () => {
    const root = set(set(emptyBranch, 'a.b.c', 1), 'a.d', 2);
    expect(plain(withoutPath(root, ['a', 'b', 'c']))).toEqual({ a: { d: 2 } });
    expect(plain(withoutPath(withoutPath(root, ['a', 'b']), ['a', 'd']))).toEqual({});
    expect(withoutPath(root, ['a', 'x'])).toBe(root);
    expect(withoutPath(root, ['a', 'd', 'x'])).toBe(root);
    expect(plain(withoutPath(root, []))).toEqual({});
  });

  it('refuses paths and names that could not be read back', () => {
    for (const path of ['a..b', '.a', 'a.', 'a.\n', ' a', 'a.b ', '__proto__', 'a.__proto__.b', 'x'.repeat(129)])
      expect(() => parsePath(path), path).toThrow('the path');
    expect(() => set(emptyBranch, 'a', { 'b.c': 1 })).toThrow('"b.c"');
    expect(() => set(emptyBranch, '', JSON.parse('{"__proto__":{"x":1}}') as Json)).toThrow('__proto__');
    expect(() => parsePath(Array.from({ length: 33 }, () => 'a').join('.'))).toThrow('33 levels');
    expect(parsePath('größe.naïve-name_2.日本')).toHaveLength(3);
  });

  const name = fc.constantFrom('a', 'b', 'c', 'leaf', 'value', 'secret', 'toString');
  const value: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Json>(null, true, 0, -1.5, '', 'text', [], [1, { leaf: true }]),
      fc.dictionary(name, tie('json'), { minKeys: 1, maxKeys: 3 }) as fc.Arbitrary<Json>,
    ),
  })).json;
  const path = fc.array(name, { minLength: 1, maxLength: 3 });
  const steps = fc.array(fc.record({ path, value: fc.option(value, { nil: undefined }) }), { maxLength: 8 });

  it('gives back what was set, is read back from its text as it was, and tells its differences exactly', () => {
    fc.assert(
      fc.property(steps, (commands) => {
        let root: Branch = emptyBranch;
        for (const command of commands) {
          const before = root;
          if (command.value === undefined) root = withoutPath(root, command.path);
          else {
            root = set(root, command.path.join('.'), command.value);
            const part = partAt(root, command.path);
            expect(part).toBeDefined();
            // A map may have been merged into more; what is no map is there as it was given.
            if (typeof command.value !== 'object' || command.value === null || Array.isArray(command.value))
              expect(part).toEqual({ value: command.value, secret: false });
          }
          expect(decodeTree(encodeTree(root))).toEqual(root);
          const different = differences(before, root);
          for (const { path: at, before: old, after } of different)
            expect(old).not.toEqual(after), expect(at).not.toBe('');
          if (encodeTree(before) === encodeTree(root)) expect(different).toEqual([]);
        }
      }),
    );
  });
});
