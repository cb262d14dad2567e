import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';

describe('log store', () => {
  let f: LogStoreFixture;

  beforeEach(async () => {
    f = await LogStoreFixture.create({ limits: { maxLineBytes: 5 * 1024 * 1024, segmentBytes: 20_000 } });
  });
  afterEach(() => f.dispose());

  async function numbered(service: string, count: number, from = 0): Promise<void> {
    const writer = await f.run(service);
    for (let i = from; i < from + count; i++) writer.write('stdout', Buffer.from(`line ${i}\n`), nowUs());
    await writer.end(exited);
  }

  it('the last N records are exactly N, over segments and runs', async () => {
    await numbered('a', 3000);
    await numbered('a', 4, 3000);
    for (const tail of [1, 4, 5, 256, 1000, 3004, 9999]) {
      const expected = Array.from(
        { length: Math.min(tail, 3004) },
        (_, i) => `line ${3004 - Math.min(tail, 3004) + i}`,
      );
      expect(await f.texts('a', { tail })).toEqual(expected);
    }
    const [newest] = await f.store.runs('a', 1);
    expect(newest).toMatchObject({ run: 2, outcome: 'exit 0', cause: 'started by you' });
    expect((await f.read({ services: ['a'], run: -1 })).length).toBe(4);
    expect((await f.read({ services: ['a'], run: 1 })).length).toBe(3000);
  });

  it('the last N of several services are the newest of all, in order', async () => {
    const [a, b] = [await f.run('a'), await f.run('b')];
    const start = nowUs();
    for (let i = 0; i < 1000; i++) (i % 10 === 0 ? a : b).write('stdout', Buffer.from(`${i}\n`), start + i);
    expect((await f.read({ services: ['a', 'b'] }, { tail: 25 })).map(({ text }) => Number(text))).toEqual(
      Array.from({ length: 25 }, (_, i) => 975 + i),
    );
    expect((await f.read({}, { tail: 3 })).map(({ text }) => text)).toEqual(['997', '998', '999']);
  });

  it('times never go back over services, so that a merged log only grows at its end', async () => {
    const [a, b] = [await f.run('a'), await f.run('b')];
    const start = nowUs();
    a.write('stdout', Buffer.from('first\n'), start + 2000);
    b.write('stdout', Buffer.from('second\nunfinished'), start);
    a.write('stdout', Buffer.from('third\n'), start + 3000);
    b.note('fourth');
    await b.end(exited);
    expect((await f.read({})).map(({ text }) => text)).toEqual(['first', 'second', 'third', 'fourth', 'unfinished']);
  });

  it('runs are numbered for ever, also over restarts', async () => {
    await numbered('a', 1);
    await f.reopen();
    await numbered('a', 1);
    expect((await f.store.runs('a', 10)).map(({ run }) => run)).toEqual([2, 1]);
    expect(await f.store.services()).toEqual(['a']);
  });

  it('filters by level, stream, text, regex, time, with context', async () => {
    const writer = await f.run('q');
    const start = nowUs();
    for (let i = 0; i < 2000; i++) {
      const level = i % 100 === 0 ? 'ERROR' : i % 10 === 0 ? 'WARN' : 'INFO';
      writer.write(
        i % 2 ? 'stderr' : 'stdout',
        Buffer.from(`${level} \x1b[32mMess\x1b[0mage number ${i}\n`),
        start + i * 1000,
      );
    }
    const numbers = async (query: Parameters<LogStoreFixture['read']>[0]): Promise<number[]> =>
      (await f.read({ services: ['q'], ...query })).map(({ text }) => Number(text.split(' ').at(-1)));
    const every = (step: number): number[] => Array.from({ length: 2000 / step }, (_, i) => i * step);
    expect(await numbers({ levels: ['error'] })).toEqual(every(100));
    expect((await numbers({ levels: ['error', 'warn'] })).length).toBe(200);
    expect((await numbers({ stream: 'stderr' })).length).toBe(1000);
    expect(await numbers({ text: 'message number 19' })).toEqual([
      19,
      ...Array.from({ length: 10 }, (_, i) => 190 + i),
      ...Array.from({ length: 100 }, (_, i) => 1900 + i),
    ]);
    expect(await numbers({ text: 'message', caseSensitive: true })).toEqual([]);
    expect(await numbers({ regex: 'message number \\d00$' })).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(await numbers({ sinceUs: start + 500_000, untilUs: start + 510_000 })).toEqual(
      Array.from({ length: 10 }, (_, i) => 500 + i),
    );
    expect(await numbers({ regex: 'number 500$', before: 2, after: 1 })).toEqual([498, 499, 500, 501]);
    const { signal } = new AbortController();
    expect(await f.store.count(f.query({ services: ['q'], levels: ['error'] }), signal)).toBe(20);
    expect(await f.store.count(f.query({ services: ['q'], text: 'number 1999' }), signal)).toBe(1);
    expect(await f.store.count(f.query({ services: ['q'], sinceUs: start + 1_999_000 }), signal)).toBe(1);
    await expect(f.read({ services: ['q'], regex: '(' })).rejects.toMatchObject({ code: 'logs.bad-regex' });
  });

  it('plain text is found wherever it stands, in characters of any language', async () => {
    const writer = await f.run('t');
    writer.write('stdout', Buffer.from('naïve GRÖSSE\n猫 cat\nCAT\ncatch 22\nÉté\nxcat\n'), nowUs());
    const found = async (text: string, caseSensitive = false): Promise<string[]> =>
      (await f.read({ services: ['t'], text, caseSensitive })).map((record) => record.text);
    expect(await found('cat')).toEqual(['猫 cat', 'CAT', 'catch 22', 'xcat']);
    expect(await found('cat', true)).toEqual(['猫 cat', 'catch 22', 'xcat']);
    expect(await found('größe')).toEqual([]);
    expect(await found('grösse')).toEqual(['naïve GRÖSSE']);
    expect(await found('été')).toEqual(['Été']);
    expect(await found('猫')).toEqual(['猫 cat']);
  });

  it('a 5 MB line is one record; a larger one is cut, says its true size, and is kept whole in a file', async () => {
    const writer = await f.run('long');
    const five = `${'x'.repeat(5_000_000)}`;
    writer.write('stdout', Buffer.from(`${five}\nshort\n`), nowUs());
    const piece = Buffer.alloc(64 * 1024, 'é');
    for (let i = 0; i < 160; i++) if (!writer.write('stdout', piece, nowUs())) await writer.whenDrained();
    writer.write('stdout', Buffer.from('\nend\n'), nowUs());
    await writer.end(exited);
    const [whole, short, cut, end] = await f.read({ services: ['long'] });
    expect(whole?.text === five).toBe(true);
    expect(whole?.trueBytes).toBe(0);
    expect(short?.text).toBe('short');
    expect(cut?.trueBytes).toBe(160 * 64 * 1024);
    expect(Buffer.byteLength(cut?.text ?? '')).toBe(5 * 1024 * 1024);
    expect(end?.text).toBe('end');
    expect((await readdir(join(f.folder, 'long'))).filter((name) => name.endsWith('.long'))).toEqual([
      '00000001-3.long',
    ]);
  });

  it('a follower misses nothing and gets nothing twice while the log changes from stored to live', async () => {
    const writer = await f.run('live');
    const abort = new AbortController();
    const got: number[] = [];
    for (let i = 0; i < 5000; i++) writer.write('stdout', Buffer.from(`${i}\n`), nowUs());
    const following = (async () => {
      const options = { query: f.query({ services: ['live'] }), tail: 2500, follow: true, limit: 0 };
      for await (const { records } of f.store.read(options, abort.signal)) {
        got.push(...records.filter(({ partial }) => !partial).map(({ text }) => Number(text)));
        if (got.at(-1) === 9999) abort.abort();
      }
    })();
    for (let i = 5000; i < 10_000; i++) {
      writer.write('stdout', Buffer.from(`${i}\n`), nowUs());
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await following;
    const first = got[0] as number;
    expect(first).toBeGreaterThanOrEqual(2500);
    expect(got).toEqual(Array.from({ length: 10_000 - first }, (_, i) => first + i));
  });

  it('a follower of all services sees a service that starts later', async () => {
    const abort = new AbortController();
    const got: string[] = [];
    const following = (async () => {
      const options = { query: f.query({}), tail: -1, follow: true, limit: 2 };
      for await (const { records } of f.store.read(options, abort.signal)) got.push(...records.map(({ text }) => text));
    })();
    await numbered('first', 1);
    await numbered('second', 1, 7);
    await following;
    expect(got.sort()).toEqual(['line 0', 'line 7']);
  });

  it('a read that is cancelled ends without an error', async () => {
    await numbered('a', 10);
    const abort = new AbortController();
    const options = { query: f.query({ services: ['a'] }), tail: 0, follow: true, limit: 0 };
    let records = 0;
    for await (const batch of f.store.read(options, abort.signal)) {
      records += batch.records.length;
      abort.abort();
    }
    expect(records).toBe(10);
  });

  it('the last lines are in memory, the unfinished one too', async () => {
    const writer = await f.run('m');
    writer.write('stdout', Buffer.from('one\ntwo\nthree\nPassword: '), nowUs());
    expect(f.store.lastLines('m', 3)).toEqual(['two', 'three', 'Password: ']);
    expect(f.store.lastLines('unknown', 3)).toEqual([]);
  });

  it('remarks of the server stand in the log as lines of their own', async () => {
    const writer = await f.run('n');
    writer.write('stdout', Buffer.from('unfinished'), nowUs());
    writer.note('port 4001 is held by\nnode', 'warn');
    await writer.end(exited);
    expect((await f.read({ services: ['n'] })).map(({ stream, level, text }) => [stream, level, text])).toEqual([
      ['micro', 'warn', 'port 4001 is held by node'],
      ['stdout', '', 'unfinished'],
    ]);
  });

  it('asks the source to pause when the disk is slower, and says when to go on', async () => {
    const writer = await f.run('fast');
    const piece = Buffer.alloc(1024 * 1024, 'abcdefg\n');
    let paused = false;
    for (let i = 0; i < 8 && !paused; i++) paused = !writer.write('stdout', piece, nowUs());
    expect(paused).toBe(true);
    await writer.whenDrained();
    expect(writer.write('stdout', Buffer.from('on\n'), nowUs())).toBe(true);
  });
});

describe('limits of the log store', () => {
  it('the oldest lines go first, the noisiest service is cut first, and the log says so', async () => {
    const f = await LogStoreFixture.create({
      limits: { segmentBytes: 10_000 },
      settings: { maxServiceBytes: 60_000, maxTotalBytes: 80_000, maxAgeDays: 0 },
    });
    try {
      const quiet = await f.run('quiet');
      quiet.write('stdout', Buffer.from('precious\n'), nowUs());
      const mid = await f.run('mid');
      for (let i = 0; i < 700; i++) mid.write('stdout', Buffer.from(`mid ${i} ${'-'.repeat(30)}\n`), nowUs());
      const noisy = await f.run('noisy');
      for (let i = 0; i < 5000; i++) noisy.write('stdout', Buffer.from(`noise ${i} ${'-'.repeat(30)}\n`), nowUs());
      await f.store.flushed([]);
      await f.store.applyLimits();
      const noise = await f.texts('noisy');
      expect(noise.length).toBeLessThan(2000);
      expect(noise).toContain(`noise 4999 ${'-'.repeat(30)}`);
      const said = noise.filter((text) => text.startsWith('old lines were removed: the beginning of run 1'));
      expect(said.length).toBeGreaterThan(0);
      expect(await f.texts('quiet')).toEqual(['precious']);
      expect((await f.texts('mid')).length).toBeGreaterThan(500);
    } finally {
      await f.dispose();
    }
  });

  it('what was removed while nothing ran is said by the next run, once', async () => {
    const settings = { maxServiceBytes: 1_000_000, maxTotalBytes: 1_000_000, maxAgeDays: 0 };
    const f = await LogStoreFixture.create({ limits: { segmentBytes: 10_000 }, settings });
    try {
      const first = await f.run('noisy');
      for (let i = 0; i < 2000; i++) first.write('stdout', Buffer.from(`noise ${i} ${'-'.repeat(30)}\n`), nowUs());
      await first.end({ endedAt: Date.now(), outcome: 'exit 0', failed: false });
      const before = await f.store.storedBytes();
      settings.maxServiceBytes = 30_000;
      await f.store.applyLimits();
      expect(await f.store.storedBytes()).toBeLessThan(before);
      expect(await f.store.storedBytes()).toBeLessThanOrEqual(30_000);
      await f.reopen();
      const second = await f.run('noisy');
      second.write('stdout', Buffer.from('on\n'), nowUs());
      await second.end({ endedAt: Date.now(), outcome: 'exit 0', failed: false });
      await (await f.run('noisy')).end({ endedAt: Date.now(), outcome: 'exit 0', failed: false });
      const said = (await f.read({ services: ['noisy'] })).filter(({ stream }) => stream === 'micro');
      expect(said.map(({ run, level }) => [run, level])).toEqual([[2, 'warn']]);
      expect(said[0]?.text).toMatch(
        /^old lines were removed: the beginning of run 1 \(\d+ KB; more than 29 KB of one service\)$/,
      );
    } finally {
      await f.dispose();
    }
  });
});
