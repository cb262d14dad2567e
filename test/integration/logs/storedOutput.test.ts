import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stripAnsi } from '../../../shared/lib/ansiText.ts';
import { exited, LogStoreFixture, nowUs, pipeInto } from '../../helpers/logStoreFixture.ts';

describe('output of real programs in the log store', () => {
  let f: LogStoreFixture;

  beforeEach(async () => {
    f = await LogStoreFixture.create();
  });
  afterEach(() => f.dispose());

  it('LOG-01 dots are seen as they come, and 501 whole lines are stored', async () => {
    const writer = await f.run('dots');
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      const options = { query: f.query({ services: ['dots'] }), tail: 0, follow: true, limit: 0 };
      for await (const { records } of f.store.read(options, abort.signal)) {
        for (const record of records) if (record.partial && record.line === 1) seen.push(record.text);
      }
    })();
    const program = [
      'import sys,time',
      "[(sys.stdout.write('.'),sys.stdout.flush(),time.sleep(.02)) for _ in range(50)]; print()",
      "[print(i,'y'*5000) for i in range(500)]",
    ].join('\n');
    await pipeInto(writer, ['python3', '-c', program]);
    abort.abort();
    await following;
    const records = await f.read({ services: ['dots'] });
    expect(records.length).toBe(501);
    expect(records[0]?.text).toBe('.'.repeat(50));
    records.slice(1).forEach((record, i) => {
      expect(record.text).toBe(`${i} ${'y'.repeat(5000)}`);
    });
    // Prompts were visible before their line ended: several states, each longer than the one before.
    expect(seen.length).toBeGreaterThan(3);
    expect(
      seen.every((text, i) => /^\.*$/.test(text) && (i === 0 || text.length > (seen[i - 1] as string).length)),
    ).toBe(true);
  });

  it('LOG-01 a last line without a newline is kept when the program ends', async () => {
    await pipeInto(await f.run('end'), ['sh', '-c', 'echo first; printf last']);
    expect(await f.texts('end')).toEqual(['first', 'last']);
  });

  it('LOG-01 how a run ended stands after the last words of the program, also when these have no line end', async () => {
    const writer = await f.run('words');
    writer.write('stdout', Buffer.from('first\nlast'), nowUs());
    writer.write('stderr', Buffer.from('and this'), nowUs());
    await writer.end(exited, { text: 'exit 0', level: 'info' });
    expect(await f.texts('words')).toEqual(['first', 'last', 'and this', 'exit 0']);
    await f.reopen();
    expect(await f.texts('words')).toEqual(['first', 'last', 'and this', 'exit 0']);
  });

  it('following one run ends with it, and has every line of it', async () => {
    const old = await f.run('one');
    old.write('stdout', Buffer.from('a\nb\n'), nowUs());
    await old.end(exited);
    const running = await f.run('one');
    running.write('stdout', Buffer.from('c\n'), nowUs());
    const follow = async (run: number) => {
      const texts: string[] = [];
      const options = { query: f.query({ services: ['one'], run }), tail: 0, follow: true, limit: 0 };
      for await (const { records } of f.store.read(options, new AbortController().signal)) {
        texts.push(...records.map(({ text }) => text));
        if (texts.at(-1) === 'c') {
          running.write('stdout', Buffer.from('d\ne'), nowUs());
          await running.end(exited, { text: 'exit 0', level: 'info' });
        }
      }
      return texts;
    };
    expect(await follow(1)).toEqual(['a', 'b']);
    expect((await follow(2)).filter((text) => text !== '')).toEqual(['c', 'd', 'e', 'exit 0']);
  });

  it.each([1, 2])('LOG-02 characters and colour codes that arrive byte by byte on fd %i stay whole', async (fd) => {
    const writer = await f.run('bytes');
    const abort = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      const options = { query: f.query({ services: ['bytes'] }), tail: 0, follow: true, limit: 0 };
      for await (const { records } of f.store.read(options, abort.signal))
        seen.push(...records.map(({ text }) => text));
    })();
    const program = [
      'import os,time',
      `for b in '├ 猫 👍 é \\x1b[31mred\\x1b[0m\\n'.encode(): os.write(${fd},bytes([b])); time.sleep(.012)`,
      `os.write(${fd}, '猫'.encode()[:2])`,
    ].join('\n');
    await pipeInto(writer, ['python3', '-c', program]);
    abort.abort();
    await following;
    const texts = await f.texts('bytes');
    expect(texts).toEqual(['├ 猫 👍 é \x1b[31mred\x1b[0m', '\ufffd']);
    expect(stripAnsi(texts[0] as string)).toBe('├ 猫 👍 é red');
    const shown = seen.filter((text) => text !== '\ufffd').map(stripAnsi);
    expect(shown.every((text) => '├ 猫 👍 é red'.startsWith(text))).toBe(true);
  });

  it('LOG-02 the two outputs do not mix their bytes', async () => {
    const writer = await f.run('both');
    const cat = Buffer.from('猫');
    writer.write('stdout', cat.subarray(0, 1), nowUs());
    writer.write('stderr', cat.subarray(0, 2), nowUs());
    writer.write('stdout', Buffer.concat([cat.subarray(1), Buffer.from('\n')]), nowUs());
    writer.write('stderr', Buffer.concat([cat.subarray(2), Buffer.from('\n')]), nowUs());
    expect((await f.read({ services: ['both'] })).map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', '猫'],
      ['stderr', '猫'],
    ]);
  });

  it('LOG-04 progress ends as one line, clear-screen destroys nothing, markup and binary are kept as they are', async () => {
    const program = [
      'import time',
      "[(print(f'\\r{i}%',end='',flush=True),time.sleep(.002)) for i in range(101)]; print()",
      "[print('\\x1b[2J\\x1b[Hbuild',i) for i in range(200)]",
      "print('[red]x[/] <b>y</b> <img src=x onerror=alert(1)>')",
    ].join('\n');
    await pipeInto(await f.run('progress'), ['sh', '-c', `python3 -c "$0"; head -c 4096 /dev/urandom`, program]);
    await pipeInto(await f.run('after'), ['echo', 'unharmed']);
    const records = await f.read({ services: ['progress'] });
    expect(records[0]?.text).toBe('100%');
    expect(records.slice(1, 201).map(({ text }) => stripAnsi(text))).toEqual(
      Array.from({ length: 200 }, (_, i) => `build ${i}`),
    );
    expect(records[201]?.text).toBe('[red]x[/] <b>y</b> <img src=x onerror=alert(1)>');
    expect(records.slice(202).every(({ text }) => typeof text === 'string')).toBe(true);
    expect(await f.texts('after')).toEqual(['unharmed']);
  });

  it('LOG-07 lines of both outputs keep the order of their coming, and two services merge by time', async () => {
    const program = [
      'import os,time',
      "for i in range(300): os.write(1,b'out %d\\n'%i); time.sleep(.002); os.write(2,b'err %d\\n'%i); time.sleep(.002)",
    ].join('\n');
    const [a, b] = [await f.run('a'), await f.run('b')];
    const abort = new AbortController();
    const live: number[] = [];
    const following = (async () => {
      const options = { query: f.query({ services: ['a', 'b'] }), tail: 0, follow: true, limit: 1200 };
      for await (const { records } of f.store.read(options, abort.signal)) {
        for (const record of records) if (!record.partial) live.push(record.timeUs);
      }
    })();
    await Promise.all([pipeInto(a, ['python3', '-c', program]), pipeInto(b, ['python3', '-c', program])]);
    await following;
    const isSorted = (times: number[]): boolean =>
      times.every((time, i) => i === 0 || time >= (times[i - 1] as number));
    expect(live.length).toBe(1200);
    expect(isSorted(live)).toBe(true);
    const merged = await f.read({ services: ['a', 'b'] });
    expect(merged.length).toBe(1200);
    expect(isSorted(merged.map(({ timeUs }) => timeUs))).toBe(true);
    // Each output in its own order; across the two, a pair may only change places when the reader was late for both.
    for (const service of ['a', 'b']) {
      for (const stream of ['stdout', 'stderr']) {
        const own = merged.filter((record) => record.service === service && record.stream === stream);
        expect(own.map(({ text }) => Number(text.slice(4)))).toEqual(Array.from({ length: 300 }, (_, i) => i));
      }
    }
  });
});
