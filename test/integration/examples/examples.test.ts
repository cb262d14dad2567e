import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { createServer, type MicroServer, type ServerAddresses } from '../../../electron/server/index.ts';
import { createMicroClient, type MicroClient } from '../../../shared/client/microClient.ts';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { ensureBundles } from '../../helpers/bundle.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** A Java program is compiled at its start; on a busy machine that takes its time. */
const UP_DEADLINE_MS = 50_000;

const TEST_TIMEOUT_MS = 150_000;

let server: MicroServer | undefined;
let at: ServerAddresses;
let client: MicroClient;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function open(example: string): Promise<void> {
  server = createServer({
    home: await tempFolder('examples'),
    version: 'test',
    projects: [fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url))],
    gatewayPort: 0,
    proxyPort: 0,
  });
  at = await server.start();
  client = createMicroClient({ url: at.proxy, token: at.token });
}

/** The services once each of them has come to where it stays, by name. */
function settled(count: number): Promise<Map<string, Service>> {
  const stays = ({ status, reason }: Service): boolean =>
    status === Status.RUNNING || status === Status.ERROR || reason === 'completed';
  return waitFor(
    'every service runs, is completed or says why not',
    async () => {
      const { services } = await client.desktop.status({});
      return services.length === count && services.every(stays) && new Map(services.map((one) => [one.name, one]));
    },
    UP_DEADLINE_MS,
  );
}

async function ask(path: string, method = 'GET'): Promise<unknown> {
  const response = await fetch(at.gateway + path, { method });
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBe(200);
  return JSON.parse(text);
}

/** The lines of a service that hold `text`. */
async function lines(service: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { records } of client.desktop.readLogs({ query: { services: [service], text } }))
    found.push(...records.map((record) => record.text));
  return found;
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const looks = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return (await Promise.allSettled(looks)).some(({ status }) => status === 'fulfilled');
}

it('the whole shop comes up, every service of it serves, and the counts of the shopper grow', async () => {
  await ensureBundles('sdk');
  await open('shop');
  const services = await settled(10);
  const hasPython = await isInstalled('python3');
  for (const { name, status, reason } of services.values())
    expect(Status[status], `${name}: ${reason}`).toBe(
      name === 'seed' ? 'STOPPED' : name === 'stock' && !hasPython ? 'ERROR' : 'RUNNING',
    );

  for (const name of ['catalog', 'cart', 'payments', 'mailer', 'orders', 'storefront', 'ledger'])
    expect(await ask(`/${name}/healthz`)).toEqual({ status: 'ok' });
  expect(await ask('/storefront/')).toContainEqual({ id: 'tea', title: 'Green tea', price: 690 });

  const counts = async (): Promise<number[]> =>
    (await lines('shopper', 'totals to storefront')).map((line) => (JSON.parse(line) as { calls: number }).calls);
  await waitFor('two reports of the shopper', async () => (await counts()).length >= 2, UP_DEADLINE_MS);
  const [first = 0, second = 0] = await counts();
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  await waitFor(
    'an order that went through all services',
    async () => (await lines('mailer', 'your order')).length > 0,
  );
  await waitFor('an order in the books', async () => (await lines('ledger', 'is in the books')).length > 0);
  expect(await ask('/ledger/today', 'POST')).toMatchObject({ currency: 'EUR' });
  if (hasPython) await waitFor('an order in the stock', async () => (await lines('stock', 'are left')).length > 0);
});

it(
  'each language of polyglot serves or says what is missing, and the rest works without it',
  async () => {
    await open('polyglot');
    const services = await settled(7);
    const tools = {
      menu: 'python3',
      barista: 'java',
      till: 'perl',
      loyalty: 'ruby',
      specials: 'go',
      counter: 'node',
      guest: 'sh',
    };
    const runs = new Set<string>();
    for (const [name, tool] of Object.entries(tools)) {
      const service = services.get(name) as Service;
      if (await isInstalled(tool)) {
        expect(Status[service.status], `${name}: ${service.reason}`).toBe('RUNNING');
        runs.add(name);
      } else {
        expect(Status[service.status], name).toBe('ERROR');
        expect(service.reason).toContain(tool);
        expect(service.next).toMatch(/install/i);
      }
    }

    const requests: Record<string, [string, string, unknown]> = {
      menu: ['GET', '/drinks/tea', { name: 'tea', cents: 280, seconds: 0.03 }],
      barista: ['POST', '/make?drink=tea', { drink: 'tea', number: expect.any(Number) }],
      till: ['POST', '/take?cents=5', { cents: 5, total: expect.any(Number) }],
      loyalty: ['POST', '/drink?guest=ada', { guest: 'ada', drinks: 1, free: false }],
      specials: ['GET', '/today', { special: expect.any(String) }],
    };
    for (const [name, [method, path, answer]] of Object.entries(requests))
      if (runs.has(name)) expect(await ask(`/${name}${path}`, method)).toEqual(answer);

    const order = (await ask('/counter/order?guest=bob', 'POST')) as Record<string, unknown>;
    expect(order.guest).toBe('bob');
    expect(order.made !== undefined).toBe(runs.has('barista'));
    expect(order.paid !== undefined).toBe(runs.has('till'));
    if (runs.has('guest'))
      await waitFor('an order of the guest', async () => (await lines('guest', '"drink"')).length > 0);
  },
  TEST_TIMEOUT_MS,
);
