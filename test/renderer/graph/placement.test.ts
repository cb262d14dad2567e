import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeLayout } from '../../../renderer/features/graph/graphLayout.ts';
import { type GraphShape, nodeSize } from '../../../renderer/features/graph/graphModel.ts';
import { edgeKey } from '../../../renderer/state/traffic.ts';
import { nodeInDirection, placeNew, type Positions } from '../../../renderer/features/graph/placement.ts';
import { PositionStore } from '../../../renderer/features/graph/positionStore.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 30 });

function shape(nodes: readonly string[], pairs: readonly (readonly [string, string])[] = []): GraphShape {
  return {
    nodes,
    edges: pairs.map(([from, to]) => ({ id: edgeKey(from, to), from, to, declared: true, parts: [edgeKey(from, to)] })),
  };
}

describe('places of nodes', () => {
  it('UI-01 a new node moves no other and covers none', () => {
    fc.assert(
      fc.property(names, fc.nat(), (nodes, seed) => {
        const known = placeNew(shape(nodes), new Map());
        const target = nodes[seed % nodes.length] ?? '';
        const all = shape([...nodes, 'new-node'], [[target, 'new-node']]);
        const after = placeNew(all, known);
        for (const name of nodes) expect(after.get(name)).toEqual(known.get(name));
        const places = [...after.values()];
        for (const [index, a] of places.entries()) {
          for (const b of places.slice(index + 1)) {
            expect(Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height).toBe(true);
          }
        }
      }),
    );
  });

  it('UI-01 a layout that is complete is not computed again', async () => {
    const known: Positions = new Map([['a', { x: 7, y: 9 }]]);
    let computed = 0;
    const layout = (): Promise<Positions> => {
      computed += 1;
      return Promise.resolve(new Map());
    };
    expect(await completeLayout(shape(['a']), new Map(), known, layout)).toBe(known);
    expect(computed).toBe(0);
  });

  it('dragged places are read back as they were kept, and damaged ones are dropped', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    const store = new PositionStore(storage);
    const positions = new Map([
      ['a', { x: 10, y: 20 }],
      ['b', { x: 30, y: 40 }],
    ]);
    store.save('/shop', { positions, moved: new Set(['a']) });
    expect(store.load('/shop')).toEqual({ positions, moved: new Set(['a']) });
    for (const key of kept.keys()) kept.set(key, '{"a":{"x":"left"},"b":{"x":1,"y":2}}');
    expect(store.load('/shop')).toEqual({ positions: new Map([['b', { x: 1, y: 2 }]]), moved: new Set(['b']) });
  });

  it('arrow keys go to the nearest node in line', () => {
    const positions: Positions = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: 320, y: 10 }],
      ['c', { x: 320, y: 400 }],
    ]);
    expect(nodeInDirection('a', 'right', positions)).toBe('b');
    expect(nodeInDirection('b', 'down', positions)).toBe('c');
    expect(nodeInDirection('a', 'left', positions)).toBeUndefined();
  });
});
