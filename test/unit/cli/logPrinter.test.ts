import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createColours } from '../../../electron/cli/colours.ts';
import { LogPrinter, type LogStyle } from '../../../electron/cli/logPrinter.ts';
import { type LogRecord, LogRecordSchema } from '../../../shared/contract/gen/logs_pb.ts';

const plain: LogStyle = { json: false, names: 'none', times: false };

function record(line: number, text: string, more: Partial<LogRecord> = {}): LogRecord {
  return create(LogRecordSchema, {
    service: 'a',
    run: 1,
    line,
    text,
    stream: 'stdout',
    timeUs: line * 1e6,
    ...(more as object),
  });
}

function printer(style: LogStyle = plain, { terminal = false, growth = false } = {}) {
  let out = '';
  const target = { write: (text: string) => void (out += text), colours: createColours(false), isTerminal: terminal };
  return { it: new LogPrinter(target, style, growth), out: () => out };
}

describe('LogPrinter', () => {
  it('prints whole lines as they are', () => {
    const p = printer();
    p.it.print(record(1, 'one'));
    p.it.print(record(2, ''));
    p.it.print(record(3, '  three  '));
    p.it.finish();
    expect(p.out()).toBe('one\n\n  three  \n');
  });

  it('an unfinished line waits until it is whole when nobody watches', () => {
    const p = printer();
    p.it.print(record(1, 'pass', { partial: true }));
    p.it.print(record(1, 'password:', { partial: true }));
    expect(p.out()).toBe('');
    p.it.print(record(1, 'password: ok'));
    p.it.finish();
    expect(p.out()).toBe('password: ok\n');
  });

  it('an unfinished line that never ends is printed once at the end', () => {
    const p = printer();
    p.it.print(record(1, 'name? ', { partial: true }));
    p.it.finish();
    expect(p.out()).toBe('name? \n');
  });

  it('LOG-01 on a terminal, dots appear as they come and no dot twice', () => {
    const p = printer(plain, { terminal: true, growth: true });
    p.it.print(record(1, '.', { partial: true }));
    expect(p.out()).toBe('.');
    p.it.print(record(1, '..', { partial: true }));
    p.it.print(record(1, '...', { partial: true }));
    p.it.print(record(1, '....'));
    p.it.print(record(2, 'next'));
    expect(p.out()).toBe('....\nnext\n');
  });

  it('a growing line that another one cut off goes on with its rest only', () => {
    const p = printer(plain, { terminal: true, growth: true });
    p.it.print(record(1, 'wait', { partial: true }));
    p.it.print(record(2, 'oops', { stream: 'stderr' }));
    p.it.print(record(1, 'waiting done'));
    expect(p.out()).toBe('wait\noops\ning done\n');
  });

  it('a line that was drawn over (carriage return) replaces itself', () => {
    const p = printer(plain, { terminal: true, growth: true });
    p.it.print(record(1, '10 %', { partial: true }));
    p.it.print(record(1, '20 %', { partial: true }));
    p.it.print(record(1, 'done'));
    expect(p.out()).toBe('10 %\r\x1b[K20 %\r\x1b[Kdone\n');
  });

  it('JSON has exactly the agreed keys, and times with milliseconds', () => {
    const p = printer({ ...plain, json: true });
    p.it.print(record(7, 'x', { timeUs: Date.UTC(2026, 0, 1) * 1000 + 123_456, level: 'warn', run: 4 }));
    expect(JSON.parse(p.out())).toEqual({
      time: '2026-01-01T00:00:00.123Z',
      service: 'a',
      run: 4,
      stream: 'stdout',
      line: 7,
      level: 'warn',
      text: 'x',
    });
  });

  it('names stand before the lines of several services, aligned', () => {
    const p = printer({ ...plain, names: ['a', 'orders'] });
    p.it.print(record(1, 'x'));
    p.it.print(record(1, 'y', { service: 'orders' }));
    expect(p.out()).toBe('a      x\norders y\n');
  });

  it('a line is data: what would work the terminal of its reader is not written', () => {
    const p = printer();
    p.it.print(record(1, '\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x07\x1b[2J\x1b[31mred\x1b[0m\r\x08!'));
    expect(p.out()).toBe('red!\n');
  });

  it('however a line grows, a reader of a pipe sees it whole and once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        (lines) => {
          const p = printer({ ...plain, json: true });
          const whole: string[] = [];
          lines.forEach((chunks, index) => {
            chunks.forEach((_, at) => {
              const text = chunks.slice(0, at + 1).join('');
              p.it.print(record(index + 1, text, { partial: at < chunks.length - 1 }));
            });
            whole.push(chunks.join(''));
          });
          p.it.finish();
          const printed = p
            .out()
            .split('\n')
            .filter(Boolean)
            .map((line) => (JSON.parse(line) as { text: string }).text);
          expect(printed).toEqual(whole);
        },
      ),
    );
  });
});
