import { beforeEach, expect, it } from 'vitest';
import { Deferred } from '../../../electron/server/base/async.ts';
import type { AccessEntry } from '../../../electron/server/traffic/accessEntry.ts';
import { AccessLog, type AccessLogWriter } from '../../../electron/server/traffic/accessLog.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const entry = (target: string): AccessEntry => ({
  via: 'gateway',
  at: 0,
  client: '::1',
  method: 'GET',
  host: 'h',
  target,
  userAgent: '',
  status: 200,
  durationMs: 1,
  requestBytes: 0,
  responseBytes: 0,
  call: undefined,
});

class FakeWriter implements AccessLogWriter {
  text = '';
  writes = 0;
  notes: string[] = [];
  drained: Deferred<void> | undefined;

  write(_: 'stdout', data: Uint8Array): boolean {
    this.text += Buffer.from(data).toString();
    this.writes++;
    return this.drained === undefined;
  }

  whenDrained(): Promise<void> {
    return this.drained?.promise ?? Promise.resolve();
  }

  note(text: string): void {
    this.notes.push(text);
  }

  get paths(): string[] {
    return this.text
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { path: string }).path);
  }
}

let clock: FakeClock;
let writer: FakeWriter;
let enabled: boolean;
let opened: number;
let fails: boolean;
let errors: unknown[];
let log: AccessLog;

beforeEach(() => {
  clock = new FakeClock();
  writer = new FakeWriter();
  enabled = true;
  opened = 0;
  fails = false;
  errors = [];
  log = new AccessLog({
    clock,
    isLogged: () => enabled,
    open: () => {
      opened++;
      return fails ? Promise.reject(new Error('no disk')) : Promise.resolve(writer);
    },
    handleError: (error) => errors.push(error),
  });
});

it('requests that come together are one write, after a moment', async () => {
  for (const path of ['/a', '/b', '/c']) log.add(entry(path));
  expect(opened).toBe(0);
  await clock.advance(100);
  await log.flush();
  expect([writer.writes, writer.paths]).toEqual([1, ['/a', '/b', '/c']]);
});

it('what comes faster than it can be written is bounded, counted, and said in the log', async () => {
  writer.drained = new Deferred();
  log.add(entry('/first'));
  const flushing = log.flush();
  await waitFor('the disk is behind', () => writer.writes === 1);
  for (let i = 0; i < 20_007; i++) log.add(entry('/more'));
  writer.drained.resolve();
  writer.drained = undefined;
  await flushing;
  expect(writer.paths).toHaveLength(20_001);
  expect(writer.notes).toEqual(['7 requests are missing here: they came faster than they could be written']);
});

it('nothing is written while it is switched off, and it goes on when it is on again', async () => {
  enabled = false;
  log.add(entry('/off'));
  await log.flush();
  expect(opened).toBe(0);
  enabled = true;
  log.add(entry('/on'));
  await log.close();
  log.add(entry('/late'));
  await log.flush();
  expect(writer.paths).toEqual(['/on']);
});

it('a log that cannot be opened is told, tried again, and what was lost is counted', async () => {
  fails = true;
  log.add(entry('/lost'));
  await log.flush();
  expect(errors).toHaveLength(1);
  fails = false;
  log.add(entry('/kept'));
  await log.flush();
  expect([writer.paths, writer.notes.length]).toEqual([['/kept'], 1]);
});
