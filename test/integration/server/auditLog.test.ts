import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AuditLog } from '../../../electron/server/auth/auditLog.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const refusal = { code: 'auth.forbidden', account: 'ann', namespace: 'micro', resource: 'core:desktop:x', message: '' };

it('refusals are kept over a restart, newest first, and only the user can read them', async () => {
  const path = join(await tempFolder('audit'), 'audit.jsonl');
  const clock = new FakeClock();
  const log = new AuditLog(path, clock, silentLogger);
  log.note({ ...refusal, account: 'one' });
  log.note({ ...refusal, account: 'two' });
  await log.settled();
  await writeFile(path, '{"at":', { flag: 'a' });
  expect((await new AuditLog(path, clock, silentLogger).read(10)).map(({ account }) => account)).toEqual([
    'two',
    'one',
  ]);
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('a flood of them is counted, not written down, and takes no more than two files', async () => {
  const path = join(await tempFolder('audit'), 'audit.jsonl');
  const clock = new FakeClock();
  const log = new AuditLog(path, clock, silentLogger);
  for (let second = 0; second < 200; second++) {
    for (let i = 0; i < 100; i++) log.note({ ...refusal, message: 'x'.repeat(5_000) });
    await clock.advance(1_000);
  }
  await log.settled();
  const sizes = [(await stat(path)).size, (await stat(`${path}.1`)).size];
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
  const [newest, before] = (await log.read(4_000)).filter(({ more }) => more > 0);
  expect([newest?.more, before?.more]).toEqual([80, 80]);
  expect((await readFile(path, 'utf8')).length).toBeGreaterThan(0);
});
