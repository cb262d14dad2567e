import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

/** Operations of a part, about; MICRO_BENCH_OPERATIONS makes it shorter for a try. */
const OPERATIONS = Number(process.env.MICRO_BENCH_OPERATIONS ?? 2_000);
const ROUNDS = 5;

export const title = 'Engines';
export const about = `What servers do on engines that they share, through our interfaces, against the engine's own client for Node (pg, @nats-io/jetstream, etcd3) in the same process: values of 100 bytes, ${ROUNDS} rounds in turn after one that is not counted, median. Postgres syncs each commit, as it does by default; its own client upserts the same data into a table with the same key (database, table, key; number from a sequence, bytes, metadata, value), one prepared statement each, with a pool of ten. Ours in addition takes the lock that gives numbers, notifications and commits of all servers one order, tells every server of the change, and does a write once whose answer was lost. NATS keeps its streams on disk; its own client publishes with an id and a header and waits for each acknowledgement, both when it publishes and when it consumes. A registration in etcd counts once another server knows it; ours is looked up in memory, where the watch has brought it.`;

export async function run({ root, say }) {
  const file = join(root, 'dist', `engineProbe-${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'test/bench/lib/engineProbe.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  try {
    const child = spawn(process.execPath, [file, String(OPERATIONS), String(ROUNDS)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const rows = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const { metric, ours, own } = JSON.parse(line);
      say(`${metric}: ${(ours / own).toFixed(2)}`);
      rows.push({ metric, value: ours, unit: '/s', against: { value: own, name: 'own client' } });
    }
    const code = await ended;
    if (code !== 0) throw new Error(`the measurement ended with ${code}`);
    return rows;
  } finally {
    rmSync(file, { force: true });
  }
}
