import { act, renderHook, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import type { GraphShape, Position } from '../../../renderer/features/graph/graphModel.ts';
import { usePositions } from '../../../renderer/features/graph/usePositions.ts';
import { edgeKey } from '../../../renderer/state/traffic.ts';

/** Stands for elk: columns by the number of lines on the way to a node. */
vi.mock('../../../renderer/features/graph/layeredLayout.ts', () => ({
  layoutInWorker: ({ nodes, edges }: GraphShape) => {
    const depth = (name: string): number =>
      Math.max(0, ...edges.filter(({ to }) => to === name).map(({ from }) => depth(from) + 1));
    return Promise.resolve(
      new Map(nodes.map((name, row): [string, Position] => [name, { x: depth(name) * 300, y: row * 120 }])),
    );
  },
}));

function shape(...lines: string[]): GraphShape {
  const edges = lines.map((line) => {
    const [from = '', to = ''] = line.split('>');
    return { id: edgeKey(from, to), from, to, declared: true, parts: [line] };
  });
  return { nodes: [...new Set(lines.flatMap((line) => line.split('>')))], edges };
}

const before = shape('web>orders', 'web>mail');
const withTopic = shape('web>orders', 'web>mail', 'orders>topic:placed', 'topic:placed>mail');
const none = new Map<string, string>();

beforeEach(() => localStorage.clear());

async function show(viewIsKept: boolean) {
  const hook = renderHook(({ now }) => usePositions('/shop', now, none, viewIsKept), { initialProps: { now: before } });
  await waitFor(() => expect(hook.result.current.positions?.size).toBe(3));
  return hook;
}

it('a topic that is seen later stands between who publishes and who consumes, as long as nobody touched the graph', async () => {
  const { result, rerender } = await show(false);
  rerender({ now: withTopic });
  // What stands stays to be seen until the new layout is there.
  expect(result.current.positions?.size).toBe(3);
  await waitFor(() => expect(result.current.positions?.size).toBe(4));
  const x = (name: string) => result.current.positions?.get(name)?.x ?? 0;
  expect(x('orders')).toBeLessThan(x('topic:placed'));
  expect(x('topic:placed')).toBeLessThan(x('mail'));
});

it('UI-01 once a node was dragged or the view moved, a new node moves no other', async () => {
  for (const viewIsKept of [false, true]) {
    localStorage.clear();
    const { result, rerender, unmount } = await show(viewIsKept);
    if (!viewIsKept) act(() => result.current.move(new Map([['mail', { x: 5, y: 7 }]])));
    const places = new Map(result.current.positions);
    rerender({ now: withTopic });
    await waitFor(() => expect(result.current.positions?.size).toBe(4));
    for (const [name, place] of places) expect(result.current.positions?.get(name)).toEqual(place);
    unmount();
  }
});

it('what was dragged is known to be so after a restart; tidying lets it go', async () => {
  const first = await show(false);
  act(() => first.result.current.move(new Map([['mail', { x: 5, y: 7 }]])));
  first.unmount();
  const { result, rerender } = await show(false);
  expect(result.current.positions?.get('mail')).toEqual({ x: 5, y: 7 });
  await act(() => result.current.tidy());
  rerender({ now: withTopic });
  await waitFor(() => expect(result.current.positions?.get('mail')?.x).toBe(900));
});
