import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** A program that writes and says what was acknowledged, to be killed in the middle of it. */
export interface KilledWriter {
  /** A folder for what it writes; there from the first test on, removed after the last. */
  readonly folder: string;
  /** Runs it with `folder` and the number it begins with, and kills it once it has said so many lines. Resolves with its whole lines. */
  runAndKill(first: number, lines: number): Promise<string[]>;
}

/** The program `test/fixtures/<name>.ts`, bundled for the tests of this `describe`. */
export function killedWriter(name: string): KilledWriter {
  // Inside the checkout, because the native library is found from there.
  const bundle = join(process.cwd(), 'dist', `${name}-${process.pid}.mjs`);
  let work = '';
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'micro-kill-'));
    await build({
      entryPoints: [`test/fixtures/${name}.ts`],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['lmdb'],
      logLevel: 'silent',
    });
  });
  afterAll(() => Promise.all([rm(work, { recursive: true, force: true }), rm(bundle, { force: true })]));
  return {
    get folder() {
      return join(work, 'data');
    },
    async runAndKill(first, lines) {
      const args = [bundle, join(work, 'data'), String(first)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.setEncoding('latin1').on('data', (text: string) => {
        said += text;
        if (said.split('\n').length > lines) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.on('close', resolve));
      return said.split('\n').slice(0, -1);
    },
  };
}
