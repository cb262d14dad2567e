import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeEach, describe, expect, it } from 'vitest';
import { HomeLock, LOCK_FILE } from '../../../electron/server/host/homeLock.ts';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

let home: string;
let path: string;
const plant = (lock: unknown): Promise<void> => writeFile(path, typeof lock === 'string' ? lock : JSON.stringify(lock));

beforeEach(async () => {
  home = await tempFolder('lock');
  path = join(home, LOCK_FILE);
});

describe('the lock of a home', () => {
  it('DT-03 is held by one, and who is refused learns the pid', async () => {
    const lock = await HomeLock.acquire(home);
    await expect(HomeLock.acquire(home)).rejects.toMatchObject({
      code: 'server.already-running',
      details: { pid: process.pid },
    });
    await lock.release();
    await lock.release();
    expect(await readdir(home)).toEqual([]);
    const next = await HomeLock.acquire(home);
    expect(next.recovered).toBeUndefined();
    // The one that gave its lock back does not take away the next one's.
    await lock.release();
    await expect(HomeLock.acquire(home)).rejects.toMatchObject({ code: 'server.already-running' });
    await next.release();
  });

  it('makes the folder, which only its owner may enter', async () => {
    const lock = await HomeLock.acquire(join(home, 'new', 'home'));
    expect(await readFile(join(home, 'new', 'home', LOCK_FILE), 'utf8')).toContain(String(process.pid));
    await lock.release();
  });

  it('DT-03 of a process that is dead is recovered, and said', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.once('exit', resolve));
    await plant({ pid: child.pid, startTime: '1', host: hostname(), nonce: 'x' });
    const lock = await HomeLock.acquire(home);
    expect(lock.recovered).toContain(`pid ${child.pid}`);
    await lock.release();
  });

  it('DT-03 that names a live unrelated process is recovered, because it began at another time', async () => {
    await plant({ pid: process.pid, startTime: 'another', host: hostname(), nonce: 'x' });
    const lock = await HomeLock.acquire(home);
    expect(lock.recovered).toContain('another process');
    await lock.release();
  });

  it('DT-03 of another machine is recovered', async () => {
    const startTime = (await createProcessTable().get(process.pid))?.startTime;
    await plant({ pid: process.pid, startTime, host: 'another-host', nonce: 'x' });
    const lock = await HomeLock.acquire(home);
    expect(lock.recovered).toContain('another-host');
    await lock.release();
  });

  it('DT-03 that names nobody (empty, cut, NUL bytes, a folder) is recovered', async () => {
    for (const content of ['', '{"pid":', '\0\0\0', 'null', '{"pid":"7"}']) {
      await plant(content);
      await (await HomeLock.acquire(home)).release();
    }
    await mkdir(path);
    await (await HomeLock.acquire(home)).release();
  });

  it('DT-03 is won by exactly one of many that start at once over a stale lock', async () => {
    const script = join(await tempFolder('lock-script'), 'contender.mjs');
    await build({
      stdin: {
        contents: `import { HomeLock } from './electron/server/host/homeLock.ts';
          process.stdin.once('data', async () => {
            try { await HomeLock.acquire(process.argv[2]); console.log('won'); }
            catch (error) { console.log(error.code); }
          });
          process.stdin.on('end', () => process.exit());
          console.log('here');`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const contenders = Array.from({ length: 8 }, () =>
      spawn(process.execPath, [script, home], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const lines = contenders.map((child) => {
      let text = '';
      const waiting: (() => void)[] = [];
      child.stdout.on('data', (data: Buffer) => {
        text += data.toString();
        for (const wake of waiting.splice(0)) wake();
      });
      return async (n: number): Promise<string> => {
        while (text.split('\n').length <= n) await new Promise<void>((resolve) => waiting.push(resolve));
        return text.split('\n')[n - 1] ?? '';
      };
    });
    await Promise.all(lines.map((line) => line(1)));
    await plant({ pid: 2 ** 22 + 1, startTime: '1', host: hostname(), nonce: 'stale' });
    for (const child of contenders) child.stdin.write('go\n');
    const outcomes = await Promise.all(lines.map((line) => line(2)));
    expect(outcomes.sort()).toEqual([...Array<string>(7).fill('server.already-running'), 'won']);
    for (const child of contenders) child.stdin.end();
    await Promise.all(contenders.map((child) => new Promise((resolve) => child.once('close', resolve))));
    // What the winner left by ending without a word is recovered.
    const lock = await HomeLock.acquire(home);
    expect(lock.recovered).toContain('without giving its lock back');
    await lock.release();
    expect(await readdir(home)).toEqual([]);
  });
});
