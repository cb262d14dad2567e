import { expect, it } from 'vitest';
import fc from 'fast-check';
import { PackedCalls } from '../../../electron/server/traffic/packedCalls.ts';
import type { Call } from '../../../electron/server/traffic/call.ts';
import { aCall } from '../../helpers/aCall.ts';

const aText = fc.string({ unit: 'grapheme', maxLength: 40 });

const someCall: fc.Arbitrary<Partial<Call>> = fc.record(
  {
    at: fc.integer({ min: 0, max: 2 ** 45 }),
    from: aText,
    to: aText,
    node: aText,
    via: fc.constantFrom('gateway', 'proxy'),
    kind: fc.constantFrom('http', 'stream', 'websocket', 'grpc'),
    method: aText,
    path: aText,
    status: fc.integer({ min: 0, max: 599 }),
    grpcStatus: fc.integer({ min: 0, max: 16 }),
    requestBytes: fc.maxSafeNat(),
    responseBytes: fc.maxSafeNat(),
    durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    traceId: aText,
    spanId: aText,
    parentSpanId: aText,
    error: aText,
  },
  { requiredKeys: [] },
);

it('a call comes out as it went in', () => {
  fc.assert(
    fc.property(fc.array(someCall, { minLength: 1, maxLength: 300 }), (parts) => {
      const packed = new PackedCalls(10_000);
      const calls = parts.map((part, i) => aCall({ ...part, id: i + 1 }));
      for (const call of calls) packed.add(call);
      expect([...packed.newestFirst()].reverse()).toEqual(calls);
      for (const call of calls) expect(packed.get(call.id)).toEqual(call);
    }),
    { numRuns: 30 },
  );
});

it('the last ones are kept, and little more', () => {
  const packed = new PackedCalls(1000);
  for (let id = 1; id <= 5000; id++) packed.add(aCall({ id }));
  const ids = [...packed.newestFirst()].map(({ id }) => id);
  expect(ids.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, i) => 5000 - i));
  expect(ids.length).toBeLessThan(1300);
  expect(packed.get(ids.at(-1) as number)).toBeDefined();
  expect(packed.get((ids.at(-1) as number) - 1)).toBeUndefined();
  expect(packed.get(5001)).toBeUndefined();
});

it('a call that is longer than a block is kept like any other', () => {
  const packed = new PackedCalls(2);
  const long = aCall({ id: 1, path: `/${'ü'.repeat(100_000)}` });
  packed.add(long);
  packed.add(aCall({ id: 2 }));
  expect(packed.get(1)).toEqual(long);
});

it('with a text, those that have it are among the calls', () => {
  const packed = new PackedCalls(10_000);
  for (let id = 1; id <= 3000; id++) packed.add(aCall({ id, traceId: id === 700 ? 'the one' : 'another' }));
  const found = [...packed.newestFirst('the one')];
  expect(found.some(({ id }) => id === 700)).toBe(true);
  expect(found.length).toBeLessThan(300);
});
