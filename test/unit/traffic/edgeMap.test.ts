import { expect, it } from 'vitest';
import { EdgeMap } from '../../../electron/server/traffic/edgeMap.ts';

it('edges are told apart by both names, whatever stands in them', () => {
  const edges = new EdgeMap<number>(10);
  edges.set('a', 'b\nc', 1);
  edges.set('a\nb', 'c', 2);
  edges.set('b', 'a', 3);
  expect(edges.get('a', 'b\nc')).toBe(1);
  expect(edges.get('a\nb', 'c')).toBe(2);
  expect(edges.get('b', 'a')).toBe(3);
  expect(edges.get('a', 'b')).toBeUndefined();
  expect([...edges.values()]).toEqual([1, 2, 3]);
});

it('beyond its capacity it forgets what was added first, and takes it again', () => {
  const edges = new EdgeMap<number>(3);
  for (let index = 0; index < 5; index++) edges.set('a', String(index), index);
  expect([...edges.values()]).toEqual([2, 3, 4]);
  expect(edges.get('a', '1')).toBeUndefined();
  edges.set('a', '1', 1);
  expect([...edges.values()]).toEqual([3, 4, 1]);
  expect(edges.get('a', '1')).toBe(1);
});
