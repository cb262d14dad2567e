import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exited, LogStoreFixture, nowUs } from '../../helpers/logStoreFixture.ts';

describe('log store after kill -9', () => {
  let bundle: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'micro-logs-crash-'));
    bundle = join(folder, 'logWriter.mjs');
    await build({
      entryPoints: ['test/fixtures/logWriter.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('LOG-01 everything that was handed over is there, in order, and the run goes on being readable', async () => {
    const store = join(folder, 'logs');
    for (let round = 1; round <= 6; round++) {
      const child = spawn(process.execPath, [bundle, store], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.setEncoding('latin1').on('data', (text: string) => {
        said += text;
      });
      const killAfterBytes = 200 + Math.floor(Math.random() * 600);
      await new Promise<void>((resolve) => {
        child.on('close', () => resolve());
        child.stdout.on('data', () => {
          if (said.length > killAfterBytes) child.kill('SIGKILL');
        });
      });
      const handedOver = Number(said.split('\n').at(-2));
      const f = await LogStoreFixture.create({ folder: store });
      const records = await f.read({ services: ['victim'], run: round });
      const lines = records.filter(({ stream }) => stream === 'stdout').map(({ text }) => Number(text.split(' ')[1]));
      expect(lines.length).toBeGreaterThanOrEqual(handedOver);
      expect(lines).toEqual(lines.map((_, i) => i));
      const dots = records.filter(({ stream }) => stream === 'stderr');
      expect(dots.length).toBe(1);
      expect(dots[0]?.text).toMatch(/^\.+$/);
      const [last] = await f.store.runs('victim', 1);
      expect(last).toMatchObject({ run: round, outcome: 'unknown: the server ended first', failed: true });
      await f.store.close();
    }
    const f = await LogStoreFixture.create({ folder: store });
    const writer = await f.run('victim');
    writer.write('stdout', Buffer.from('after\n'), nowUs());
    await writer.end(exited);
    expect(writer.run).toBe(7);
    expect(await f.texts('victim', { tail: 1 })).toEqual(['after']);
    await f.dispose();
  });
});
