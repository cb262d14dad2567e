import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { logFormat, ServerLog } from '../../../electron/cli/serverLog.ts';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';
import { NoticeSchema, Status } from '../../../shared/contract/gen/state_pb.ts';

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function fixture(format: 'json' | 'text') {
  const lines: string[] = [];
  return {
    lines,
    log: new ServerLog(
      (line) => lines.push(line),
      format,
      () => time,
    ),
  };
}

test('json: each entry is one object with time, level, area, message and fields', () => {
  const { lines, log } = fixture('json');
  log.add({ time, level: 'warn', area: 'kubernetes', message: 'two\nlines', fields: { path: '/x' } });
  log.add({ time, level: 'debug', area: 'kubernetes', message: 'left out' });
  log.say('stopped');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      time: '2026-01-02T03:04:05.678Z',
      level: 'warn',
      area: 'kubernetes',
      message: 'two\nlines',
      fields: { path: '/x' },
    },
    { time: '2026-01-02T03:04:05.678Z', level: 'info', area: 'server', message: 'stopped' },
  ]);
  expect(lines.join('')).not.toContain('\n');
});

test('text: an entry stays one line, and values with blanks are quoted', () => {
  const { lines, log } = fixture('text');
  log.add({ time, level: 'error', area: 'auth', message: 'a\nb', fields: { n: 1, who: 'x y', path: '/z' } });
  expect(lines).toEqual(['2026-01-02T03:04:05.678Z error auth: a\\nb n=1 who="x y" path=/z']);
});

test('what happens to services is logged once for each news, and a failure as an error with the next step', () => {
  const { lines, log } = fixture('json');
  const event = (more: object) => log.addEvent(create(ActionEventSchema, { service: 'web', ...more }));
  event({ status: Status.STARTING });
  event({ status: Status.STARTING });
  event({ status: Status.RUNNING, done: true, ok: true });
  event({ status: Status.ERROR, text: 'exit 3', done: true, ok: false, next: 'read the log' });
  const said = lines.map((line) => JSON.parse(line) as { level: string; message: string; fields: object });
  expect(said.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'info web starting',
    'info web running',
    'error web error: exit 3',
  ]);
  expect(said[2]?.fields).toEqual({ service: 'web', status: 'error', next: 'read the log' });
});

test('notices keep their level, code and service', () => {
  const { lines, log } = fixture('json');
  log.addNotice(create(NoticeSchema, { level: 'warn', service: 'web', text: 'odd', code: 'runtime.unsupported' }));
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    area: 'services',
    message: 'odd',
    fields: { service: 'web', code: 'runtime.unsupported' },
  });
});

test('another format is refused with those that there are', () => {
  expect(logFormat(undefined)).toBeUndefined();
  expect(logFormat('json')).toBe('json');
  expect(() => logFormat('xml')).toThrow('there is no log format "xml"');
});
