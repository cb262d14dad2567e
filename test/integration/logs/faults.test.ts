import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const HOUR_MS = 3_600_000;

describe('a log store that meets with faults', () => {
  let f: LogStoreFixture;

  afterEach(() => f.dispose());

  /** Follows services until `stop`; what came is in `texts`, in order. */
  function follow(services: string[]): { texts: string[]; skipped: () => number; stop(): Promise<void> } {
    const abort = new AbortController();
    const texts: string[] = [];
    let skipped = 0;
    const reading = (async () => {
      const options = { query: f.query({ services }), tail: 0, follow: true, limit: 0 };
      for await (const batch of f.store.read(options, abort.signal)) {
        skipped += batch.skipped;
        texts.push(...batch.records.filter(({ partial }) => !partial).map(({ text }) => text));
      }
    })();
    const stop = async (): Promise<void> => {
      abort.abort();
      await reading;
    };
    return { texts, skipped: () => skipped, stop };
  }

  it.each([1_000_000, 2_000])('goes on in new files when its folder is deleted, files of %i bytes', async (size) => {
    f = await LogStoreFixture.create({ limits: { segmentBytes: size } });
    const writer = await f.run('a');
    writer.write('stdout', Buffer.from('before\n'), nowUs());
    await f.store.flushed([]);
    await rm(join(f.folder, 'a'), { recursive: true });
    let i = 0;
    await waitFor('new lines to be readable', async () => {
      for (let k = 0; k < 20; k++) writer.write('stdout', Buffer.from(`line ${i++}\n`), nowUs());
      await f.store.flushed([]);
      return (await f.texts('a')).includes(`line ${i - 1}`);
    });
    const from = i;
    for (; i < from + 500; i++) writer.write('stdout', Buffer.from(`line ${i}\n`), nowUs());
    writer.write('stdout', Buffer.from('last'), nowUs());
    await writer.end(exited);
    const texts = await f.texts('a');
    expect(texts).toContain('the files of this log were deleted; it goes on here');
    expect(texts.slice(-501)).toEqual([...Array.from({ length: 500 }, (_, k) => `line ${from + k}`), 'last']);
    // What is known of the run is on disk again, for the next life of the server as well.
    await f.reopen();
    expect((await f.store.runs('a', 1))[0]).toMatchObject({ run: 1, cause: 'started by you', outcome: 'exit 0' });
  });

  it('LOG-07 keeps times, order and followers when the clock is set back', async () => {
    let aheadMs = HOUR_MS;
    f = await LogStoreFixture.create({ clock: { ...systemClock, now: () => Date.now() + aheadMs } });
    const stampUs = (): number => nowUs() + aheadMs * 1000;
    const startRun = (service: string) =>
      f.store.startRun({ service, instance: `${service}-1`, cause: '', startedAt: Date.now() + aheadMs });
    const a = await startRun('a');
    a.write('stdout', Buffer.from('a before\n'), stampUs());
    const beforeUs = stampUs();
    const [one, all] = [follow(['a']), follow([])];
    aheadMs = 0;
    const b = await startRun('b');
    const expected = ['a before'];
    for (let i = 0; i < 50; i++) {
      for (const [name, log] of [
        ['a', a],
        ['b', b],
      ] as const) {
        log.write('stdout', Buffer.from(`${name} ${i}\n`), stampUs());
        expected.push(`${name} ${i}`);
      }
      if (i % 10 === 9) await waitFor('all lines to arrive', () => all.texts.length === expected.length);
    }
    await waitFor('all lines of one service', () => one.texts.length === 51);
    await Promise.all([one.stop(), all.stop()]);
    expect(all.texts).toEqual(expected);
    expect(one.texts).toEqual(expected.filter((text) => text.startsWith('a')));
    const records = await f.read({});
    expect(records.map(({ text }) => text)).toEqual(expected);
    // The times go on at the pace of the clock, not standing still until it has caught up.
    const lastUs = records.at(-1)?.timeUs ?? 0;
    expect(lastUs - (records[0]?.timeUs ?? 0)).toBeGreaterThan(nowUs() + HOUR_MS * 1000 - beforeUs - 1_000_000);
    expect(new Set(records.map(({ timeUs }) => timeUs)).size).toBeGreaterThan(50);
  });

  it('says in the next run that the disk refused the end of one', async () => {
    f = await LogStoreFixture.create();
    const writer = await f.run('a');
    // A folder in the place of the file cannot be written, whoever runs the test.
    await mkdir(join(f.folder, 'a/00000001-0001.log'));
    for (let i = 0; i < 3; i++) writer.write('stdout', Buffer.from(`line ${i}\n`), nowUs());
    await writer.end(exited);
    expect(f.entries.map(({ message }) => message)).toContainEqual(expect.stringContaining('cannot be written'));
    await rm(join(f.folder, 'a/00000001-0001.log'), { recursive: true });
    await f.reopen();
    const next = await f.run('a');
    next.write('stdout', Buffer.from('on\n'), nowUs());
    await next.end(exited);
    const said = 'up to 3 lines at the end of run 1 are missing: the log could not be written';
    expect(await f.texts('a')).toEqual([said, 'on']);
  });

  it('is not put off by files that lie beside the folders of services', async () => {
    f = await LogStoreFixture.create();
    await writeFile(join(f.folder, 'desktop.log'), 'the app says\n');
    const writer = await f.run('a');
    writer.write('stdout', Buffer.from('line\n'), nowUs());
    expect((await f.read({})).map(({ text }) => text)).toEqual(['line']);
    expect(await f.store.services()).toEqual(['a']);
  });

  it('LOG-02 cuts line ends and characters right wherever a chunk or the run ends', async () => {
    f = await LogStoreFixture.create();
    const writer = await f.run('a');
    for (const chunk of [
      'one\r',
      '\n',
      'two\r',
      '\r',
      '\n',
      '\r',
      '\n',
      '10 %\r',
      '20 %',
      '\r\n',
      'nul \0 here\n',
      'end\r',
    ])
      writer.write('stdout', Buffer.from(chunk), nowUs());
    writer.write('stderr', Buffer.concat([Buffer.from('ok 👍'), Buffer.from('👍').subarray(0, 3)]), nowUs());
    await writer.end(exited);
    const texts = ['one', 'two', '', '20 %', 'nul \0 here', 'end', 'ok 👍\ufffd'];
    expect(await f.texts('a')).toEqual(texts);
    expect((await f.read({ text: 'nul \0 h' })).map(({ text }) => text)).toEqual(['nul \0 here']);
    expect((await f.read({ regex: '^nul . here$' })).map(({ text }) => text)).toEqual(['nul \0 here']);
  });

  it('LOG-05 tells a slow follower how much the limits took away before it came to it', async () => {
    const settings = { maxServiceBytes: 20_000, maxTotalBytes: 40_000, maxAgeDays: 0 };
    f = await LogStoreFixture.create({ limits: { segmentBytes: 3000 }, settings });
    const writer = await f.run('a');
    const abort = new AbortController();
    const numbers: number[] = [];
    let seen = 0;
    const reading = (async () => {
      const options = { query: f.query({ services: ['a'] }), tail: 0, follow: true, limit: 0 };
      for await (const { records, skipped } of f.store.read(options, abort.signal)) {
        seen += records.length + skipped;
        numbers.push(...records.filter(({ stream }) => stream === 'stdout').map(({ text }) => Number(text)));
        if (numbers.at(-1) === 19_999) return;
        // It reads on only after what it would read next is gone.
        await f.store.applyLimits();
      }
    })();
    for (let i = 0; i < 20_000; i++) {
      writer.write('stdout', Buffer.from(`${i}\n`), nowUs());
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await reading;
    // What the limits took before it began is not its loss. What is left is read, not left out with what is gone.
    expect(seen).toBeGreaterThanOrEqual(20_000 - (numbers[0] as number));
    expect(seen - numbers.length).toBeGreaterThan(0);
    expect(numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number))).toBe(true);
    abort.abort();
  });
});
