import { randomUUID } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { waitFor } from './waitFor.ts';

/** Name of the variable that marks the processes of one test file. */
const MARK = 'MICRO_TEST_MARK';

/**
 * Makes every test of a file fail that leaves a process behind. Give the returned variables to whatever is started; the
 * processes that carry them must be gone when a test has ended (a short while is granted, for what is just ending).
 * Survivors are killed so that they cannot spoil the next test.
 */
export function checkProcessLeaks(): Record<string, string> {
  const mark = randomUUID();
  const table = createProcessTable();
  afterEach(async () => {
    const left = async (): Promise<string[]> => {
      const infos = await Promise.all((await table.withEnvironment(MARK, mark)).map((pid) => table.get(pid)));
      return infos.filter((info) => info !== undefined && !info.zombie).map((info) => `${info?.pid} ${info?.command}`);
    };
    const survivors = await waitFor('the end of all processes', async () => (await left()).length === 0, 2_000).then(
      () => [],
      left,
    );
    for (const line of survivors) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    expect(survivors, 'processes left behind').toEqual([]);
  });
  return { [MARK]: mark };
}
