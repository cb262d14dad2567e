import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type EnvironmentServer,
  callAt,
  startEnvironmentServer,
  startReceivingServer,
  writeWhereProject,
} from '../helpers/environmentServers.ts';
import { startCutProxy } from '../helpers/cutProxy.ts';
import { type Etcd, startEtcd } from '../helpers/engines/etcd.ts';
import { type Nats, startNats } from '../helpers/engines/nats.ts';
import { type Postgres, startPostgres } from '../helpers/engines/postgres.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** ms of the lease of a server, which `docs/engines.md` names. */
const LEASE_MS = 10_000;
/** ms for a service to start, and for a machine that is busy with other tests. */
const START_MS = 20_000;
const TEST_MS = 180_000;

let postgres: Postgres;
let etcd: Etcd;
let nats: Nats;
beforeAll(async () => {
  [postgres, etcd, nats] = await Promise.all([startPostgres(), startEtcd(), startNats()]);
});
afterAll(() => Promise.all([postgres?.dispose(), etcd?.dispose(), nats?.dispose()]));

const engines = (name: string): string[] => [
  ...['--store', postgres.address(name), '--registry', etcd.address(name), '--events', nats.address(name)],
];

interface HistoryPage {
  events?: { event: { payload: string } }[];
  next?: number;
}

/** What the service of the project says of itself through the gateway of a server; undefined while it cannot be reached. */
async function ask({
  server,
}: Pick<EnvironmentServer, 'server'>): Promise<{ pid: number; folder: string } | undefined> {
  const answer = await fetch(`${server.gateway}/where/`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  return answer?.status === 200 ? ((await answer.json()) as { pid: number; folder: string }) : undefined;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The payloads of every event of a topic. */
async function historyOf(server: Pick<EnvironmentServer, 'server' | 'home'>, topic: string): Promise<Set<string>> {
  const payloads = new Set<string>();
  for (let from: object = { start: true }; ; ) {
    const page = (await callAt(server, 'topics.Topics/History', { topic, from, limit: 1000 })) as HistoryPage;
    for (const { event } of page.events ?? []) payloads.add(Buffer.from(event.payload, 'base64').toString());
    if (page.next === undefined) return payloads;
    from = { offset: page.next };
  }
}

const placeOf = async (server: Pick<EnvironmentServer, 'micro'>): Promise<string> =>
  /^where +\S+ +(\S+) +(\S+)/m
    .exec((await server.micro('status')).out)
    ?.slice(1)
    .join(' on ') ?? '';

it(
  'what a killed server ran is started once elsewhere, and nothing that was acknowledged is lost',
  async () => {
    const a = await startReceivingServer('a', engines('killed'));
    const [b, c] = [
      await startEnvironmentServer('b', engines('killed')),
      await startEnvironmentServer('c', engines('killed')),
    ];
    expect(await a.send('run', await writeWhereProject('places'))).toMatchObject({ code: 0 });
    await waitFor('b reaches it', async () => (await ask(b)) !== undefined, START_MS);
    const before = await ask(b);
    expect(await placeOf(a)).toBe('running on a');
    expect(await placeOf(b)).toBe('running on a');

    const acknowledged: string[] = [];
    const answers: { at: number; pid: number | undefined }[] = [];
    let over = false;
    const write = async (server: Pick<EnvironmentServer, 'server' | 'home'>, name: string): Promise<void> => {
      for (let count = 0; !over; count++) {
        const record = { key: `${name}-${count}`, value: Buffer.from(name).toString('base64') };
        const isWritten = await callAt(server, 'store.Store/Write', { record }).then(
          () => true,
          () => false,
        );
        if (isWritten) acknowledged.push(record.key);
        else await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const published: string[] = [];
    const publish = async (server: Pick<EnvironmentServer, 'server' | 'home'>, name: string): Promise<void> => {
      for (let count = 0; !over; count++) {
        const payload = `${name}-${count}`;
        const isPublished = await callAt(server, 'events.Stream/Publish', {
          topic: 'load',
          payload: Buffer.from(payload).toString('base64'),
        }).then(
          () => true,
          () => false,
        );
        if (isPublished) published.push(payload);
        else await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const follow = async (): Promise<void> => {
      while (!over) {
        answers.push({ at: Date.now(), pid: (await ask(c))?.pid });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const load = [
      write(a, 'by-a'),
      write(b, 'by-b'),
      write(c, 'by-c'),
      publish(a, 'from-a'),
      publish(b, 'from-b'),
      follow(),
    ];
    await waitFor(
      'there is load',
      () => acknowledged.length > 200 && published.length > 50 && answers.length > 10,
      START_MS,
    );
    const killedAt = Date.now();
    a.server.child.kill('SIGKILL');
    let after: { pid: number } | undefined;
    await waitFor(
      'it is started elsewhere',
      async () => {
        after = await ask(b);
        return after !== undefined && after.pid !== before?.pid;
      },
      LEASE_MS + START_MS,
    );
    const backAfterMs = Date.now() - killedAt;
    // What the dead server left is not alive any more: there never were two.
    expect(isAlive(before?.pid as number)).toBe(false);
    expect(isAlive(after?.pid as number)).toBe(true);
    over = true;
    await Promise.all(load);
    const keys = new Set((await b.micro('store', 'list', '--json')).out.match(/by-[abc]-\d+/g));
    expect(acknowledged.filter((key) => !keys.has(key))).toEqual([]);
    for (const name of ['by-a', 'by-b', 'by-c']) expect(acknowledged.some((key) => key.startsWith(name))).toBe(true);
    const kept = await historyOf(b, 'load');
    expect(published.filter((payload) => !kept.has(payload))).toEqual([]);
    for (const name of ['from-a', 'from-b']) expect(published.some((payload) => payload.startsWith(name))).toBe(true);
    const failed = answers.filter(({ at, pid }) => at >= killedAt && pid === undefined);
    const awayMs = failed.length === 0 ? 0 : (failed.at(-1)?.at ?? 0) - (failed[0]?.at ?? 0);
    console.log(
      `killed: back elsewhere after ${backAfterMs} ms (lease ${LEASE_MS} ms), not reached for ${awayMs} ms; ` +
        `${acknowledged.length} acknowledged writes and ${published.length} events, 0 lost`,
    );
    const place = await placeOf(b);
    expect(place).toMatch(/^running on [bc]$/);
    expect(await placeOf(c)).toBe(place);

    // The server that was dead comes back: it starts no second one, and says where it is.
    const again = await a.again();
    await waitFor('it knows', async () => (await placeOf(again)) === place, START_MS);
    expect((await again.micro('status')).out.match(/^where /gm)).toHaveLength(1);
    expect((await ask(again))?.pid).toBe(after?.pid);
    // One that ends in order leaves it at once, with what was wanted.
    const holder = place.endsWith('b') ? b : c;
    const stoppedAt = Date.now();
    await holder.server.stop();
    await waitFor('it is taken over', async () => ![undefined, after?.pid].includes((await ask(again))?.pid), START_MS);
    console.log(`ended in order: back elsewhere ${Date.now() - stoppedAt} ms after its end`);
    expect(isAlive(after?.pid as number)).toBe(false);
  },
  TEST_MS,
);

it(
  'a server that is cut off ends what it runs before another one starts it, and does not start it again when it is back',
  async () => {
    const way = await startCutProxy(etcd.port);
    const own = ['--store', postgres.address('cut'), '--registry', `etcd://127.0.0.1:${way.port}/cut`];
    const a = await startReceivingServer('a', own);
    const b = await startEnvironmentServer('b', engines('cut'));
    expect(await a.send('run', await writeWhereProject('places', '    stop: { graceMs: 500 }\n'))).toMatchObject({
      code: 0,
    });
    await waitFor('b reaches it', async () => (await ask(b)) !== undefined, START_MS);
    const before = (await ask(b))?.pid as number;
    way.cut();
    let after: number | undefined;
    await waitFor(
      'it is started elsewhere',
      async () => {
        const pid = (await ask(b))?.pid;
        after = pid === before ? undefined : pid;
        // At no moment is one of each alive.
        if (after !== undefined) expect(isAlive(before)).toBe(false);
        return after !== undefined;
      },
      LEASE_MS + START_MS,
    );
    // Nothing can be begun where nobody knows who runs what.
    const status = (await a.micro('status')).out;
    expect(status).not.toMatch(/^where .*running +a /m);
    expect(status).toMatch(/^where .*stopped until the registry is back/m);
    way.mend();
    await waitFor('a knows where it is', async () => (await placeOf(a)) === 'running on b', LEASE_MS + START_MS);
    expect(isAlive(after as number)).toBe(true);
    const refused = await a.send('run', await writeWhereProject('places'));
    expect(refused.err).toContain('places runs on b');
    expect(refused.code).not.toBe(0);
  },
  TEST_MS,
);
