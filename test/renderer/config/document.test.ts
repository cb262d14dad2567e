import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConfigDocument,
  differencesOf,
  type Edit,
  editsBetween,
  isLevel,
  type Json,
  leaves,
  mask,
  pathProblem,
  readTyped,
  treeRows,
  valueAt,
} from '../../../renderer/features/config/document.ts';

const document = (value: { [key: string]: Json }, secrets: string[] = []): ConfigDocument => ({
  namespace: 'micro',
  value,
  revision: 3,
  secrets: new Set(secrets),
});

/** What the server makes of edits: what is taken out takes emptied levels with it, and a value takes the place of a level. */
function applied(value: { [key: string]: Json }, edits: readonly Edit[]): Map<string, Json> {
  const found = leaves(value);
  for (const { path, value: next } of edits) {
    for (const other of [...found.keys()])
      if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) found.delete(other);
    if (next !== undefined) found.set(path, next);
  }
  return found;
}

const name = fc.constantFrom('a', 'b', 'c', 'd');
const scalar = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constantFrom('x', 'y'),
  fc.constant(null),
  fc.array(fc.integer()),
);
const { level } = fc.letrec<{ level: { [key: string]: Json }; value: Json }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar as fc.Arbitrary<Json>, tie('level')),
  level: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
}));

describe('the changes between two documents', () => {
  it('make the one of the other, and are none when they are the same', () => {
    fc.assert(
      fc.property(level, level, (before, after) => {
        const edits = editsBetween(document(before), after);
        expect(applied(before, edits)).toEqual(leaves(after));
        expect(editsBetween(document(before), structuredClone(before))).toEqual([]);
      }),
    );
  });

  it('leave a secret alone that reads as its mask, keep a new text secret, and never show either', () => {
    const before = document({ api: { key: mask, url: 'a' } }, ['api.key']);
    expect(editsBetween(before, { api: { key: mask, url: 'b' } })).toEqual([
      { path: 'api.url', value: 'b', secret: false },
    ]);
    const edits = editsBetween(before, { api: { key: 'S3CR3T', url: 'a' } });
    expect(edits).toEqual([{ path: 'api.key', value: 'S3CR3T', secret: true }]);
    expect(differencesOf(before, edits)).toEqual([{ path: 'api.key', before: mask, after: mask }]);
  });
});

describe('the tree', () => {
  const shop = document({ web: { color: 'blue' }, db: { pool: { size: 5, idle: 1 }, host: 'h' } }, ['db.host']);

  it('has levels and values by name, with their place among their neighbours', () => {
    const rows = treeRows(shop, new Set(), '');
    expect(rows.map(({ path, depth, position, siblings }) => [path, depth, position, siblings])).toEqual([
      ['db', 1, 1, 2],
      ['db.host', 2, 1, 2],
      ['db.pool', 2, 2, 2],
      ['db.pool.idle', 3, 1, 2],
      ['db.pool.size', 3, 2, 2],
      ['web', 1, 2, 2],
      ['web.color', 2, 1, 1],
    ]);
    expect(rows.find(({ path }) => path === 'db.host')?.isSecret).toBe(true);
  });

  it('hides what is below a closed level, and opens what leads to what is looked for', () => {
    expect(treeRows(shop, new Set(['db']), '').map(({ path }) => path)).toEqual(['db', 'web', 'web.color']);
    expect(treeRows(shop, new Set(['db']), 'SIZE').map(({ path }) => path)).toEqual(['db', 'db.pool', 'db.pool.size']);
  });
});

it('a typed value is JSON when it is JSON, else the text', () => {
  expect(readTyped('5')).toEqual({ value: 5, sort: 'number' });
  expect(readTyped('"5"')).toEqual({ value: '5', sort: 'text' });
  expect(readTyped('hello: world')).toEqual({ value: 'hello: world', sort: 'text' });
  expect(readTyped('[1,2]').sort).toBe('list of 2');
  expect(readTyped('true').sort).toBe('yes or no');
  expect(readTyped('{"a":null}').sort).toBe('level of 1');
});

it('a path that the server would refuse is told while it is typed', () => {
  expect(pathProblem('db.pool')).toBeUndefined();
  expect(pathProblem('')).toMatch(/^Write a path/);
  expect(pathProblem('db..pool')).toBe('Each dot stands between two names');
  expect(pathProblem('a. b')).toBe('“ b” cannot be a name');
});

it('what is not there is not found in what all objects have', () => {
  expect(valueAt({ a: { b: 1 } }, 'a.b')).toBe(1);
  expect(valueAt({ a: { b: 1 } }, 'a.toString')).toBeUndefined();
  expect(valueAt({ a: [1] }, 'a.0')).toBeUndefined();
  expect(isLevel([])).toBe(false);
});
