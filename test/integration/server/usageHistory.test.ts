import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../helpers/microServer.ts';
import { writeSampleProject } from '../../helpers/sampleProject.ts';
import { call, statusOf } from '../../helpers/serverApi.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

interface History {
  spanMs: number;
  points?: { at: number; memoryBytes: number; threads: number; ports?: number[] }[];
}

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('what a service uses is kept while somebody watches, and nothing is measured otherwise', async () => {
  const home = await tempFolder('home');
  const folder = await writeSampleProject(await tempFolder('project'), 'measured', [{ name: 'web' }]);
  server = await startServer(home, ['--project', folder]);
  const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
  const address = { proxy: server.proxy, token };
  await waitFor('web runs', async () => (await statusOf(address)).get('web')?.status === 'STATUS_RUNNING');
  const history = async (): Promise<History> =>
    (await call(address, 'desktop.Desktop/UsageHistory', { service: 'web' })) as History;
  expect((await history()).points ?? []).toEqual([]);

  const watching = new AbortController();
  const watch = await fetch(`${address.proxy}/desktop.Desktop/WatchUsage`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', authorization: `Bearer ${token}` },
    body: Buffer.concat([Buffer.from([0, 0, 0, 0, 2]), Buffer.from('{}')]),
    signal: watching.signal,
  });
  try {
    await watch.body?.getReader().read();
    const { points } = await history();
    expect(points?.at(-1)?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(points?.at(-1)?.threads).toBeGreaterThan(0);
    expect(points?.at(-1)?.ports).toHaveLength(1);
  } finally {
    watching.abort();
  }
  await expect(call(address, 'desktop.Desktop/UsageHistory', { service: 'nobody' })).rejects.toThrow('nobody');
});
