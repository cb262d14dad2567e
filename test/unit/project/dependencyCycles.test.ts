import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycles } from '../../../electron/server/project/dependencyCycles.ts';

function cyclesOf(edges: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(findCycles(new Map(Object.entries(edges))));
}

test('a chain, and a name that is not there, are no circle', () => {
  expect(cyclesOf({ a: ['b'], b: ['c', 'gone'], c: [] })).toEqual({});
});

test('every member of a circle gets the circle as it goes from there', () => {
  expect(cyclesOf({ x: ['y'], y: ['z'], z: ['x'], before: ['x'], w: ['w'] })).toEqual({
    x: 'x → y → z → x',
    y: 'y → z → x → y',
    z: 'z → x → y → z',
    w: 'w → w',
  });
});

test('of several circles the shortest is told', () => {
  expect(cyclesOf({ a: ['b', 'c'], b: ['c'], c: ['a'] })['a']).toBe('a → c → a');
});

test('a chain of 50 000 does not exhaust the stack', () => {
  const edges = new Map(Array.from({ length: 50_000 }, (_, i) => [`s${i}`, [`s${i + 1}`]]));
  expect(findCycles(edges).size).toBe(0);
});

test('in any graph exactly those that reach themselves have a circle, and it follows the edges', () => {
  const name = fc.constantFrom(...'abcdefgh');
  fc.assert(
    fc.property(fc.dictionary(name, fc.uniqueArray(name, { maxLength: 4 })), (graph) => {
      const reach = (start: string): Set<string> => {
        const found = new Set<string>();
        const queue = [...(graph[start] ?? [])];
        for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
          if (found.has(at)) continue;
          found.add(at);
          queue.push(...(graph[at] ?? []));
        }
        return found;
      };
      const cycles = cyclesOf(graph);
      expect(new Set(Object.keys(cycles))).toEqual(new Set(Object.keys(graph).filter((each) => reach(each).has(each))));
      for (const [start, cycle] of Object.entries(cycles)) {
        const path = cycle.split(' → ');
        expect([path[0], path.at(-1)]).toEqual([start, start]);
        for (let i = 0; i + 1 < path.length; i++) expect(graph[path[i] as string]).toContain(path[i + 1]);
      }
    }),
  );
});
