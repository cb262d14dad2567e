import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';

const run = promisify(execFile);

it('the server that the app starts takes its code from the cache of the build, and is the same command line', async () => {
  const entry = join(dirname(await bundledCli()), 'server.cjs');
  const question = `console.log(require(${JSON.stringify(entry)}).script.cachedDataRejected)`;
  expect((await run(process.execPath, ['-e', question])).stdout.trim()).toBe('false');
  const version = (await run(process.execPath, [entry, '--version'])).stdout;
  expect(version).toBe((await run(process.execPath, [await bundledCli(), '--version'])).stdout);
});
