import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { TraceStore, type TraceStoreOptions } from '../../../electron/server/traces/traceStore.ts';
import { aSpan } from '../../helpers/aSpan.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let folder: string;
let store: TraceStore;

const open = (limits: Partial<TraceStoreOptions> = {}): TraceStore => {
  const made = new TraceStore({ folder, clock: systemClock, logger: silentLogger, ...limits });
  made.start();
  return made;
};

beforeEach(async () => {
  folder = join(await tempFolder('traces'), 'traces');
  store = open();
});

afterEach(() => store.close());

const now = Date.now();

it('a trace is its spans, whoever reported them and in whatever order they came', async () => {
  store.add(
    aSpan({
      spanId: '2',
      parentSpanId: '1',
      service: 'orders',
      name: 'POST /buy',
      startedAt: now + 2,
      failed: true,
      message: 'no stock',
    }),
  );
  store.add(
    aSpan({ spanId: '3', parentSpanId: '2', service: 'stock', startedAt: now + 3, durationMs: 40, source: 'service' }),
  );
  store.add(aSpan({ spanId: '1', service: 'web', name: 'GET /shop', startedAt: now, durationMs: 30 }));
  store.add(aSpan({ traceId: 'b', startedAt: now - 50_000 }));
  const [first, second] = await store.list({}, 10);
  expect(first).toMatchObject({
    service: 'web',
    name: 'GET /shop',
    startedAt: now,
    durationMs: 43,
    spans: 3,
    errors: 1,
    services: ['web', 'orders', 'stock'],
  });
  expect(second?.traceId).toMatch(/^b0/);
  const trace = await store.get(first!.traceId);
  expect(trace?.spans.map(({ service }) => service)).toEqual(['web', 'orders', 'stock']);
});

it('traces are found by service, status, duration, time and words', async () => {
  store.add(aSpan({ traceId: 'a', service: 'web', durationMs: 500, startedAt: now }));
  store.add(
    aSpan({
      traceId: 'b',
      service: 'orders',
      name: 'POST /Buy',
      failed: true,
      message: 'card declined',
      startedAt: now - 1000,
    }),
  );
  store.add(aSpan({ traceId: 'c', service: 'web', startedAt: now - 2000 }));
  const found = async (filter: Parameters<TraceStore['list']>[0], limit = 10): Promise<string> =>
    (await store.list(filter, limit)).map(({ traceId }) => traceId[0]).join('');
  expect(await found({})).toBe('abc');
  expect(await found({}, 2)).toBe('ab');
  expect(await found({ until: now - 1000 })).toBe('c');
  expect(await found({ since: now - 1000 })).toBe('ab');
  expect(await found({ services: ['orders', 'nobody'] })).toBe('b');
  expect(await found({ status: 'error' })).toBe('b');
  expect(await found({ status: 'ok' })).toBe('ac');
  expect(await found({ minDurationMs: 100 })).toBe('a');
  expect(await found({ maxDurationMs: 100 })).toBe('bc');
  expect(await found({ text: 'buy' })).toBe('b');
  expect(await found({ text: 'DECLINED' })).toBe('b');
  expect(await found({ text: 'c000' })).toBe('c');
});

it('page by page every trace is listed once, also when several begin in the same moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (offsets, limit) => {
        const own = open({ folder: join(await tempFolder('pages'), 'traces'), segmentBytes: 2000 });
        for (const [i, offset] of offsets.entries())
          own.add(aSpan({ traceId: `${i}f`.padStart(32, '0'), startedAt: now - offset }));
        await own.flush();
        const seen: string[] = [];
        let page = await own.list({}, limit);
        for (; page.length > 0; ) {
          seen.push(...page.map(({ traceId }) => traceId));
          const { startedAt, traceId } = page.at(-1)!;
          page = await own.list({ until: startedAt, untilTraceId: traceId }, limit);
        }
        const whole = (await own.list({}, 1000)).map(({ traceId }) => traceId);
        await own.close();
        expect(seen).toEqual(whole);
        expect(new Set(seen).size).toBe(offsets.length);
      },
    ),
    { numRuns: 40 },
  );
});

it('what was kept is there after an orderly end and after a crash, up to the torn last line', async () => {
  for (let i = 0; i < 100; i++) store.add(aSpan({ traceId: `a${String(i).padStart(3, '0')}`, startedAt: now + i }));
  await store.close();
  store = open();
  expect(await store.list({}, 1000)).toHaveLength(100);
  for (let i = 0; i < 50; i++) store.add(aSpan({ traceId: `b${String(i).padStart(3, '0')}`, startedAt: now + i }));
  await store.flush();
  // The process is killed in the middle of a line, and the index of what it wrote was never made.
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ndjson')).sort();
  await appendFile(join(folder, files.at(-1)!), '{"traceId":"dddddddddddd');
  const crashed = store;
  store = open();
  expect(await store.list({}, 1000)).toHaveLength(150);
  const trace = await store.get('b007'.padEnd(32, '0'));
  expect(trace?.spans).toHaveLength(1);
  await crashed.close();
});

it('a trace that lies in several files is read as one', async () => {
  await store.close();
  store = open({ segmentBytes: 2000 });
  for (let i = 1; i <= 60; i++) {
    store.add(aSpan({ traceId: 'long', spanId: String(i), parentSpanId: i === 1 ? '' : '1', startedAt: now + i }));
    store.add(aSpan({ traceId: `x${String(i).padStart(3, '0')}`, startedAt: now + i }));
  }
  const trace = await store.get('long'.padEnd(32, '0'));
  expect(trace?.spans).toHaveLength(60);
  expect(trace?.facts).toMatchObject({ spans: 60, startedAt: now + 1 });
  const listed = (await store.list({}, 100)).filter(({ traceId }) => traceId.startsWith('long'));
  expect(listed).toHaveLength(1);
  expect((await readdir(folder)).filter((name) => name.endsWith('.ndjson')).length).toBeGreaterThan(5);
});

it('the oldest go when there is too much or they are too old', async () => {
  await store.close();
  store = open({ segmentBytes: 20_000, maxBytes: 100_000 });
  const aMinuteAgo = now - 60_000;
  for (let i = 0; i < 3000; i++) {
    store.add(aSpan({ traceId: `t${String(i).padStart(6, '0')}`, startedAt: aMinuteAgo + i }));
  }
  await store.flush();
  const kept = await store.list({}, 10_000);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept.length).toBeLessThan(1000);
  expect(kept[0]?.traceId).toMatch(/^t002999/);
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  await store.close();
  store = open({ maxAgeMs: 1000 });
  await store.flush();
  expect(await store.list({}, 10)).toEqual([]);
});

it('a span that is reported twice is there once', async () => {
  for (let i = 0; i < 2; i++) store.add(aSpan({ spanId: '7', source: 'service' }));
  expect((await store.get('a'.padEnd(32, '0')))?.spans).toHaveLength(1);
});

it('a folder that is gone costs the traces in it, not the server', async () => {
  store.add(aSpan({}));
  await store.flush();
  await rm(folder, { recursive: true });
  store.add(aSpan({ traceId: 'b' }));
  expect(await store.get('a'.padEnd(32, '0')).catch(() => 'failed')).toBeDefined();
  await store.flush();
  await expect(readFile(join(folder, 'nothing'))).rejects.toThrow();
});

it('those who watch are told which traces got spans', async () => {
  const told: string[] = [];
  store.onDidChange((ids) => told.push(...ids));
  store.add(aSpan({ traceId: 'a' }));
  store.add(aSpan({ traceId: 'a', spanId: '2' }));
  store.add(aSpan({ traceId: 'b' }));
  await store.flush();
  expect(told.map((id) => id[0])).toEqual(['a', 'b']);
  expect(store.facts(told, { status: 'error' })).toEqual([]);
  expect(store.facts(told, {})).toHaveLength(2);
});
