import fc from 'fast-check';
import { expect, it } from 'vitest';
import { continueTrace } from '../../../electron/server/traffic/traceContext.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

it('a valid trace goes on: same id and flags, a span of our own', () => {
  const trace = continueTrace(`00-${TRACE}-${PARENT}-00`);
  expect(trace).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(trace.spanId).not.toBe(PARENT);
  expect(trace.header).toBe(`00-${TRACE}-${trace.spanId}-00`);
});

it('a later version may carry more, which is not passed on under our version', () => {
  const trace = continueTrace(`cc-${TRACE}-${PARENT}-01-what-the-future-brings`);
  expect(trace.traceId).toBe(TRACE);
  expect(trace.header).toBe(`00-${TRACE}-${trace.spanId}-01`);
});

it('what is missing or not valid begins a new trace', () => {
  for (const value of [
    undefined,
    '',
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  ]) {
    const trace = continueTrace(value);
    expect(trace.traceId, String(value)).not.toBe(TRACE);
    expect(trace.parentSpanId).toBe('');
    expect(trace.header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  }
});

it('whatever comes, what goes out is valid', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(continueTrace(value).header).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/);
    }),
  );
});

it('ids do not repeat', () => {
  const ids = new Set(Array.from({ length: 5000 }, () => continueTrace(undefined).spanId));
  expect(ids.size).toBe(5000);
});
