import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../../helpers/freePort.ts';
import { type RunningServer, startServer } from '../../helpers/microServer.ts';
import { statusOf } from '../../helpers/serverApi.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Saves of one test. The long run is `MICRO_SAVES=50`. */
const SAVES = Number(process.env['MICRO_SAVES'] ?? 12);
/** Clients that ask one request after the other, each on its own connection. */
const CLIENTS = 4;

const server = `
  const version = require('node:fs').readFileSync('version.txt', 'utf8');
  const server = require('node:http').createServer((_, answer) => setTimeout(() => answer.end(version), 5));
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

let running: RunningServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

function get(url: string, agent: Agent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('requests through the gateway while files are saved', () => {
  test.each(['rolling', 'held'] as const)(
    `none of them fails, by %s, over ${SAVES} saves`,
    { timeout: 300_000 },
    async (how) => {
      const folder = await tempFolder('project');
      const home = await tempFolder('home');
      const port = how === 'rolling' ? 'auto' : await freePort();
      const web = { run: 'node server.cjs', port, reload: how === 'rolling' ? 'rolling' : 'restart' };
      await writeFile(join(folder, 'server.cjs'), server);
      await writeFile(join(folder, 'version.txt'), '0');
      await writeFile(join(folder, 'micro.yaml'), JSON.stringify({ name: 'load', services: { web } }));
      running = await startServer(home, ['--project', folder]);
      const { token } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { token: string };
      const { proxy, gateway } = running;
      await waitFor('web runs', async () => (await statusOf({ proxy, token })).get('web')?.status === 'STATUS_RUNNING');

      const url = `${gateway}/web/`;
      const failures: string[] = [];
      let answered = 0;
      let ended = false;
      const client = async (): Promise<void> => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        while (!ended) {
          await get(url, agent).then(
            ({ status, text }) => (status === 200 ? answered++ : failures.push(`${status} ${text}`)),
            (error: Error) => failures.push(error.message),
          );
        }
        agent.destroy();
      };
      const clients = Array.from({ length: CLIENTS }, client);
      const probe = new Agent({ keepAlive: true });
      try {
        for (let save = 1; save <= SAVES; save++) {
          await writeFile(join(folder, 'version.txt'), String(save));
          await waitFor(`save ${save} is served`, async () => (await get(url, probe)).text === String(save));
        }
      } finally {
        ended = true;
        await Promise.all(clients);
        probe.destroy();
      }
      expect(failures).toEqual([]);
      expect(answered).toBeGreaterThan(SAVES);
    },
  );
});
