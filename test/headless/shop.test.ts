import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../electron/server/host/systemProcessTable.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

interface Service {
  name: string;
  kind: string;
  status: string;
  reason: string;
  restarts: number;
  instances: { pid: number; address: string }[];
}

let home: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  home = await tempFolder('shop');
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function services(): Promise<Service[]> {
  const result = await microProcess(['status', '--json'], { home });
  return result.json<{ services: Service[] }>().services;
}

function whenAllRun(): Promise<Service[]> {
  return waitFor(
    'every service of the shop runs and the task is completed',
    async () => {
      const all = await services();
      const settled = all.filter(
        (one) =>
          (one.kind === 'task' ? one.reason === 'completed' : one.status === 'running') ||
          // Where Python is not installed, and nowhere else, one of them cannot run.
          (one.name === 'stock' && one.reason.includes('python3')),
      );
      return all.length === 10 && settled.length === 10 && all;
    },
    60_000,
  );
}

/** Live processes that carry the marker of a service of ours. */
async function shopProcesses(): Promise<string[]> {
  const all = await createProcessTable().list();
  return all
    .filter((one) => !one.zombie && one.command.includes('services/') && one.command.includes('.mjs'))
    .map((one) => `${one.pid} ${one.command}`);
}

describe('examples/shop', () => {
  it('comes up in order, serves through the gateway, and its services call each other', async () => {
    server = await startServer(home, ['--project', shop]);
    await whenAllRun();
    const page = await fetch(`${server.gateway}/storefront/`);
    expect(page.status).toBe(200);
    expect(await (await fetch(`${server.gateway}/catalog/products`)).text()).toContain('price');
    await waitFor('the mailer confirms an order that the shopper made', async () => {
      const logs = await microProcess(['logs', 'mailer', '-n', '50'], { home });
      return logs.out.includes('visitor-');
    });
  });

  it('its graph shows who publishes orders and who consumes them, and the ledger has them in its books', async () => {
    server = await startServer(home, ['--project', shop]);
    const all = await whenAllRun();
    const hasStock = all.some(({ name, status }) => name === 'stock' && status === 'running');
    const consumers = hasStock ? ['ledger', 'stock'] : ['ledger'];
    const expected = ['orders topic:orders.placed', ...consumers.map((name) => `topic:orders.placed ${name}`)];
    await waitFor(
      'an order went to everybody who wants to know',
      async () => {
        const { edges } = (await microProcess(['graph', '--json'], { home })).json<{
          edges: { from: string; to: string; calls: number }[];
        }>();
        const seen = edges.filter(({ calls }) => calls > 0).map(({ from, to }) => `${from} ${to}`);
        return expected.every((edge) => seen.includes(edge));
      },
      60_000,
    );
    const sold = await waitFor('the ledger has an order', async () => {
      const { code, out } = await microProcess(['ledger', 'today'], { home });
      const value = code === 0 && (JSON.parse(out) as { orders: number; currency: string });
      return value && value.orders > 0 && value;
    });
    expect(sold.currency).toBe('EUR');
  });

  it('a service that is killed runs again by itself, and after SIGTERM of the server nothing is alive', async () => {
    const before = await shopProcesses();
    server = await startServer(home, ['--project', shop]);
    const cart = (await whenAllRun()).find((one) => one.name === 'cart')!;
    process.kill(cart.instances[0]!.pid, 'SIGKILL');
    await waitFor('cart runs again, once', async () => {
      const again = (await services()).find((one) => one.name === 'cart')!;
      return again.status === 'running' && again.restarts === 1 && again.instances.length === 1;
    });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(await shopProcesses()).toEqual(before);
  });

  it('after kill -9 of the server each service has one live instance again', async () => {
    const before = await shopProcesses();
    server = await startServer(home, ['--project', shop]);
    await whenAllRun();
    server.child.kill('SIGKILL');
    await server.ended;
    server = await startServer(home);
    const all = await whenAllRun();
    const hasOne = ({ kind, status }: Service): boolean => kind !== 'task' && status === 'running';
    for (const one of all) expect(one.instances, one.name).toHaveLength(hasOne(one) ? 1 : 0);
    expect(await shopProcesses()).toHaveLength(before.length + 8);
  });
});
