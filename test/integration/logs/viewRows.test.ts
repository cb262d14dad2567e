import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogCatalog } from '../../../electron/server/logs/logCatalog.ts';
import type { RecordFilterQuery } from '../../../electron/server/logs/recordFilter.ts';
import type { RunSource } from '../../../electron/server/logs/runSource.ts';
import { ViewRows } from '../../../electron/server/logs/viewRows.ts';
import type { RunLogWriter } from '../../../electron/server/logs/logStore.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';

const everything: RecordFilterQuery = {
  sinceUs: 0,
  untilUs: 0,
  levels: [],
  stream: '',
  text: '',
  regex: '',
  caseSensitive: false,
};

/** One written line, as the reference remembers it. */
interface Written {
  service: string;
  text: string;
}

const LEVELS = ['INFO', 'WARN', 'ERROR', 'DEBUG'];

/** Writes random lines of several services and remembers them in the order of their coming. */
class Writers {
  readonly written: Written[] = [];
  private readonly writers = new Map<string, RunLogWriter>();
  private timeUs = nowUs();
  private number = 0;

  constructor(private readonly f: LogStoreFixture) {}

  async write(service: string, count: number, stepUs: number, prefix = ''): Promise<void> {
    let writer = this.writers.get(service);
    if (!writer) {
      writer = await this.f.run(service);
      this.writers.set(service, writer);
    }
    for (let i = 0; i < count; i++) {
      this.timeUs += stepUs;
      const n = this.number++;
      const text = `${LEVELS[n % 7 === 0 ? 2 : n % 5 === 0 ? 1 : n % 3 === 0 ? 3 : 0]} ${prefix}${n} of ${service}`;
      writer.write('stdout', Buffer.from(`${text}\n`), this.timeUs);
      this.written.push({ service, text });
    }
  }

  async end(service: string): Promise<void> {
    await this.writers.get(service)?.end(exited);
    this.writers.delete(service);
  }

  async endAll(): Promise<void> {
    for (const service of [...this.writers.keys()]) await this.end(service);
  }
}

class View {
  readonly rows: ViewRows;
  readonly seen = new Map<number, string>();
  private readonly catalog: LogCatalog;

  constructor(
    private readonly f: LogStoreFixture,
    query: Partial<RecordFilterQuery>,
    dividers = false,
  ) {
    this.catalog = new LogCatalog(f.folder);
    this.rows = new ViewRows({ ...everything, ...query }, { sinceUs: 0, untilUs: 0, dividers });
  }

  async update(): Promise<void> {
    await this.f.store.flushed([]);
    const state = await this.f.store.state([]);
    const sources: RunSource[] = [];
    for (const service of await this.catalog.services()) sources.push(...(await this.catalog.sources(service)));
    const isActive = ({ service, run }: RunSource): boolean => state.active.includes(`${service}:${run}`);
    await this.rows.update(sources, state.untilUs, isActive, nowUs());
  }

  /** The texts of some rows; each row must be what it was whenever it was seen before. */
  async texts(from = this.rows.first, end = this.rows.end): Promise<string[]> {
    const out: string[] = [];
    let expected = Math.max(from, this.rows.first);
    await this.rows.each(from, end, new AbortController().signal, (row, { kind, walker, range }) => {
      expect(row).toBe(expected++);
      const text = kind === 'record' ? walker.text() : `${kind} ${range.source.service}:${range.source.run}`;
      expect(this.seen.get(row) ?? text).toBe(text);
      this.seen.set(row, text);
      out.push(text);
      return false;
    });
    return out;
  }

  async scanAll(): Promise<void> {
    while (await this.rows.scanBack());
  }
}

const steps = fc.array(
  fc.record({
    service: fc.constantFrom('a', 'b', 'c'),
    count: fc.constantFrom(1, 3, 40, 300, 700),
    stepUs: fc.constantFrom(0, 1, 50, 5000),
    ends: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

const queries = [
  { name: 'no filter', query: {}, fits: () => true },
  { name: 'a level', query: { levels: ['error'] }, fits: (text: string) => text.startsWith('ERROR') },
  { name: 'a text', query: { text: '7 of' }, fits: (text: string) => text.includes('7 of') },
  { name: 'a pattern', query: { regex: '[05] of (a|c)$' }, fits: (text: string) => /[05] of (a|c)$/.test(text) },
];

describe('rows of a view', () => {
  it.each(queries)('with $name: numbers stay, order is that of the coming, nothing is missing', async (sample) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat({ max: 11 }), async (program, opensAfter) => {
        const f = await LogStoreFixture.create({ limits: { segmentBytes: 15_000 } });
        try {
          const writers = new Writers(f);
          const view = new View(f, sample.query);
          const fitting = (): string[] => writers.written.map(({ text }) => text).filter(sample.fits);
          let isOpen = false;
          for (const [i, step] of program.entries()) {
            await writers.write(step.service, step.count, step.stepUs);
            if (step.ends) await writers.end(step.service);
            if (i < opensAfter) continue;
            await view.update();
            if (!isOpen) {
              // Older and older rows come in; what is there already keeps its number.
              isOpen = true;
              for (;;) {
                const expected = fitting();
                const texts = await view.texts();
                expect(texts).toEqual(texts.length === 0 ? [] : expected.slice(-texts.length));
                if (!(await view.rows.scanBack())) break;
              }
              expect(view.rows.isComplete).toBe(true);
            }
            const expected = fitting();
            expect(view.rows.end - view.rows.first).toBe(expected.length);
            const { first, end } = view.rows;
            const middle = first + Math.floor((end - first) / 2);
            expect(await view.texts(middle, middle + 3)).toEqual(expected.slice(middle - first, middle - first + 3));
            expect(await view.texts()).toEqual(expected);
          }
          await writers.endAll();
        } finally {
          await f.dispose();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('a new run has its divider before its first fitting row, an old one at its beginning', async () => {
    const f = await LogStoreFixture.create({ limits: { segmentBytes: 15_000 } });
    const writers = new Writers(f);
    await writers.write('a', 600, 10);
    await writers.end('a');
    await writers.write('b', 600, 10, 'x');
    for (const query of [{}, { text: ' x' }, { levels: ['warn', 'error'] }]) {
      const view = new View(f, query, true);
      await view.update();
      await view.scanAll();
      const texts = await view.texts();
      const dividers = texts.flatMap((text, i) => (text.startsWith('divider') ? [[text, i]] : []));
      expect(dividers).toEqual(
        'text' in query
          ? [['divider b:1', 0]]
          : [
              ['divider a:1', 0],
              ['divider b:1', texts.findIndex((text) => text.includes(' of b')) - 1],
            ],
      );
    }
    const live = new View(f, { text: 'y' }, true);
    await live.update();
    await live.scanAll();
    expect(await live.texts()).toEqual([]);
    await writers.write('b', 300, 10);
    await live.update();
    expect(await live.texts()).toEqual([]);
    await writers.write('b', 1, 10, 'y');
    await writers.write('c', 20, 10);
    await writers.write('c', 2, 10, 'y');
    await live.update();
    expect((await live.texts()).map((text) => text.replace(/^\w+ (y)\d+/, '$1'))).toEqual([
      'divider b:1',
      'y of b',
      'divider c:1',
      'y of c',
      'y of c',
    ]);
    await writers.endAll();
    await f.dispose();
  });

  it('LOG-08 keeps every number while the limits take old lines away', async () => {
    const f = await LogStoreFixture.create({
      limits: { segmentBytes: 15_000 },
      settings: { maxServiceBytes: 60_000, maxTotalBytes: 200_000, maxAgeDays: 0 },
    });
    const writers = new Writers(f);
    await writers.write('noisy', 1200, 10, 'x'.repeat(20));
    await writers.write('quiet', 5, 10);
    const view = new View(f, {});
    await view.update();
    const before = await view.texts();
    const reading = view.rows.end - 300;
    const page = await view.texts(reading, reading + 40);
    for (let round = 0; round < 4; round++) {
      await writers.write('noisy', 100, 10, 'x'.repeat(20));
      await f.store.flushed([]);
      await f.store.applyLimits();
      await view.update();
      expect(await view.texts(reading, reading + 40)).toEqual(page);
    }
    expect(view.rows.first).toBeGreaterThan(0);
    expect(view.rows.first).toBeLessThan(reading);
    // Four times 100 lines, and a remark in the log for each time that something was removed.
    expect(view.rows.end).toBeGreaterThan(before.length + 400);
    expect((await view.texts()).some((text) => text.startsWith('old lines were removed'))).toBe(true);
    expect(await view.texts(0, view.rows.first)).toEqual([]);
    await writers.endAll();
    await f.dispose();
  });
});
