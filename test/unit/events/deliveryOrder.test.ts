import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeliveryOrder } from '../../../electron/server/events/deliveryOrder.ts';

type Step = { do: 'publish'; key: string } | { do: 'take' | 'trim' } | { do: 'finish' | 'giveBack'; which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), key: fc.constantFrom('', 'a', 'b') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('giveBack' as const), which: fc.nat(20) }) },
);

/** A topic in memory, and what a group did with its events. */
function world() {
  const keys: string[] = [];
  const facts = { first: 0, next: 0 };
  const order = new DeliveryOrder({ facts, key: (offset) => (offset >= facts.first ? keys[offset] : undefined) }, 0);
  return { keys, facts, order, taken: new Set<number>(), done: new Set<number>() };
}

it('whatever happens, keys keep their order, nothing is given twice at a time, and everything is given in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { keys, facts, order, taken, done } = world();
      const take = (): number | undefined => {
        const offset = order.take();
        if (offset === undefined) return undefined;
        expect(taken.has(offset) || done.has(offset)).toBe(false);
        const key = keys[offset];
        // No earlier event of its key that is still kept may be open.
        for (let earlier = facts.first; key !== '' && earlier < offset; earlier++)
          if (keys[earlier] === key) expect(done.has(earlier)).toBe(true);
        taken.add(offset);
        return offset;
      };
      const finish = (offset: number): void => {
        taken.delete(offset);
        done.add(offset);
        order.finish(offset);
      };
      for (const one of steps) {
        const chosen = 'which' in one ? [...taken][one.which % Math.max(taken.size, 1)] : undefined;
        if (one.do === 'publish') facts.next = keys.push(one.key);
        else if (one.do === 'take') take();
        else if (one.do === 'trim') facts.first = Math.min(facts.first + 1, facts.next);
        else if (chosen !== undefined && one.do === 'finish') finish(chosen);
        else if (chosen !== undefined) {
          taken.delete(chosen);
          order.giveBack(chosen);
        }
        expect(order.floor).toBeLessThanOrEqual(facts.next);
      }
      for (const offset of [...taken]) finish(offset);
      for (let next = take(); next !== undefined; next = take()) finish(next);
      expect(order.lag).toBe(0);
      expect(order.floor).toBe(facts.next);
      expect(done.size + order.missed).toBe(facts.next);
    }),
    { numRuns: 3_000 },
  );
});

it('a group whose oldest event is stuck goes on with ten thousand others, then waits for it', () => {
  const facts = { first: 0, next: 30_000 };
  const order = new DeliveryOrder({ facts, key: () => '' }, 0);
  expect(order.take()).toBe(0);
  let given = 0;
  for (let next = order.take(); next !== undefined; next = order.take()) {
    order.finish(next);
    given += 1;
  }
  expect(given).toBe(9_999);
  expect(order.floor).toBe(0);
  order.finish(0);
  expect(order.floor).toBe(10_000);
  expect(order.take()).toBe(10_000);
});
