import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bundledCli } from '../helpers/bundle.ts';

const run = promisify(execFile);

it.each([
  ['late-kubernetes.cjs', 'KubeConfig'],
  ['late-etcd.cjs', 'Etcd3'],
])('what few servers need is not in the file of the server but in %s', async (file, name) => {
  const folder = dirname(await bundledCli());
  expect(await readFile(join(folder, 'program.cjs'), 'utf8')).toContain(`require("./${file}")`);
  const question = `console.log(typeof require(${JSON.stringify(join(folder, file))}).${name})`;
  expect((await run(process.execPath, ['-e', question])).stdout.trim()).toBe('function');
});

it('the server that the app starts takes its code from the cache of the build, and is the same command line', async () => {
  const entry = join(dirname(await bundledCli()), 'server.cjs');
  const question = `console.log(require(${JSON.stringify(entry)}).script.cachedDataRejected)`;
  expect((await run(process.execPath, ['-e', question])).stdout.trim()).toBe('false');
  const version = (await run(process.execPath, [entry, '--version'])).stdout;
  expect(version).toBe((await run(process.execPath, [await bundledCli(), '--version'])).stdout);
});
