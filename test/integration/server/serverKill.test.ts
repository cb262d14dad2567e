import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../helpers/microServer.ts';
import { processesWith } from '../../helpers/processesOf.ts';
import { writeSampleProject } from '../../helpers/sampleProject.ts';
import { type SeenService, statusOf } from '../../helpers/serverApi.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** How often the server is killed. The long run is `MICRO_KILL_ROUNDS=100`. */
const ROUNDS = Number(process.env.MICRO_KILL_ROUNDS ?? 8);
/** The same seed kills at the same moments; another one comes with `MICRO_KILL_SEED`. */
const RANDOM_SEED = Number(process.env.MICRO_KILL_SEED ?? 1);
/** A restart after a save takes about this long: its stop begins while the files settle, within the first ms. */
const SAVE_WINDOW_MS = 100;
/** Starting these services takes about this long, so that kills fall into all of it. */
const WINDOW_MS = 1_500;

let server: RunningServer | undefined;
let mark = '';

afterEach(async () => {
  server?.child.kill('SIGKILL');
  for (const { pid } of await processesWith(mark)) process.kill(pid, 'SIGKILL');
});

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

async function addressOf(home: string): Promise<{ proxy: string; token: string }> {
  return JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { proxy: string; token: string };
}

/** Live processes of services, by name. */
async function copies(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const { pid, service } of await processesWith(mark)) {
    if (service !== '') found.set(service, [...(found.get(service) ?? []), pid]);
  }
  return found;
}

/** A compiler of two processes that takes its time, and a task that does. */
const BUILD = `const { spawnSync } = require('node:child_process');
spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 250)'], { stdio: 'inherit' });
`;
const SEED = `setTimeout(() => process.exit(0), 200);
`;

const SETTLED = new Set(['STATUS_RUNNING', 'STATUS_STOPPED', 'STATUS_ERROR', 'STATUS_UNKNOWN']);

describe('a server that is killed at any moment', () => {
  test(
    `after each of ${ROUNDS} kills what runs has as many copies as it should, the rest none, and the status is true`,
    async () => {
      const home = await tempFolder('kill-home');
      const folder = await writeSampleProject(await tempFolder('kill-project'), 'victims', [
        { name: 'web', dependsOn: ['orders', 'stock'] },
        { name: 'orders', dependsOn: ['stock'], env: { START_MS: '250' } },
        { name: 'stock', env: { START_MS: '150' } },
        { name: 'mail', keys: { reload: 'restart', watch: { include: ['mail.txt'] } } },
        { name: 'seed', keys: { run: 'node seed.cjs', kind: 'task' } },
        {
          name: 'shop',
          keys: {
            build: 'node build.cjs',
            reload: 'rolling',
            watch: { include: ['shop.txt'] },
            replicas: 2,
            dependsOn: { seed: 'completed' },
          },
        },
      ]);
      await writeFile(join(folder, 'build.cjs'), BUILD);
      await writeFile(join(folder, 'seed.cjs'), SEED);
      mark = `TEST_PROCESS_MARK=${home}`;
      const random = randomNumbers(RANDOM_SEED);
      const actions = ['none', 'stop', 'restart', 'start', 'roll', 'save'] as const;
      for (let round = 1; round <= ROUNDS; round++) {
        const action = actions[Math.floor(random() * actions.length)] as (typeof actions)[number];
        const afterMs = Math.floor(random() * (action === 'save' ? SAVE_WINDOW_MS : WINDOW_MS));
        const story = `round ${round} of seed ${RANDOM_SEED}: ${action}, killed after ${afterMs} ms`;
        server = await startServer(home, ['--project', folder], { TEST_PROCESS_MARK: home });
        const address = await addressOf(home);
        if (action === 'save') {
          await waitFor(`mail to be watched before ${story}`, async () => {
            const mail = (await statusOf(address)).get('mail');
            return mail?.status === 'STATUS_RUNNING' && mail.reload?.state === 'watching';
          });
          await writeFile(join(folder, 'mail.txt'), String(round));
        } else if (action === 'roll') {
          await waitFor(`both copies of shop before ${story}`, async () => {
            const shop = (await statusOf(address)).get('shop');
            return shop?.status === 'STATUS_RUNNING' && shop.instances?.length === 2;
          });
          await writeFile(join(folder, 'shop.txt'), String(round));
        } else if (action !== 'none') {
          // Whatever becomes of it: the server dies in the middle.
          void act(address, { stop: 'Stop', restart: 'Restart', start: 'Start' }[action]);
        }
        await delay(afterMs);
        server.child.kill('SIGKILL');
        await server.ended;

        server = await startServer(home, ['--project', folder], { TEST_PROCESS_MARK: home });
        const next = await addressOf(home);
        const settled = await waitFor(
          `services to settle after ${story}`,
          async () => {
            const seen = [...(await statusOf(next)).values()];
            return seen.length === 6 && seen.every((service) => SETTLED.has(service.status)) ? seen : undefined;
          },
          40_000,
        );
        await waitFor(`truth after ${story}: ${describeAll(settled)}`, async () => {
          const [status, running] = [await statusOf(next), await copies()];
          return [...status.values()].every((service) => {
            const pids = running.get(service.name) ?? [];
            if (service.status !== 'STATUS_RUNNING') return pids.length === 0;
            const said = (service.instances ?? []).map(({ pid }) => pid);
            return pids.length === (service.name === 'shop' ? 2 : 1) && pids.every((pid) => said.includes(pid));
          });
        });
        expect(
          settled.filter((service) => service.status === 'STATUS_ERROR'),
          story,
        ).toEqual([]);
        await server.stop();
        expect(await copies(), `left after ${story}`).toEqual(new Map());
      }
    },
    120_000 + ROUNDS * 20_000,
  );
});

/** Begins an action on all services; the answer does not matter. */
async function act(address: { proxy: string; token: string }, method: string): Promise<void> {
  const message = Buffer.from(JSON.stringify({ all: true }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  await fetch(`${address.proxy}/desktop.Desktop/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', authorization: `Bearer ${address.token}` },
    body: Buffer.concat([head, message]),
  })
    .then((response) => response.text())
    .catch(() => {});
}

function describeAll(services: SeenService[]): string {
  return services.map((service) => `${service.name} ${service.status} ${service.reason ?? ''}`).join('; ');
}
