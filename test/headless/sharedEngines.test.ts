import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Etcd, startEtcd } from '../helpers/engines/etcd.ts';
import { type Nats, startNats } from '../helpers/engines/nats.ts';
import { type Postgres, startPostgres } from '../helpers/engines/postgres.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { type RunningServer, startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let postgres: Postgres;
let etcd: Etcd;
let nats: Nats;
beforeAll(async () => {
  [postgres, etcd, nats] = await Promise.all([startPostgres(), startEtcd(), startNats()]);
});
afterAll(() => Promise.all([postgres?.dispose(), etcd?.dispose(), nats?.dispose()]));

interface Place {
  server: RunningServer;
  micro(...words: string[]): ReturnType<typeof microProcess>;
}

/** A server with a home of its own, with the engines that the arguments say. */
async function place(args: string[], env: Record<string, string> = {}): Promise<Place> {
  const home = join(await tempFolder('shared'), 'micro');
  const server = await startServer(home, args, env);
  onTestFinished(() => server.stop());
  return { server, micro: (...words) => microProcess(words, { home }) };
}

it('servers that share a store see what the other keeps, and go on when it was away', async () => {
  const address = postgres.address('headless');
  const [a, b] = [await place(['--store', address]), await place([], { MICRO_STORE: address })];
  await a.micro('store', 'write', 'greeting', 'hello');
  expect((await b.micro('store', 'read', 'greeting')).out).toBe('hello');
  await b.micro('config', 'set', 'db.host', 'one');
  expect((await a.micro('config', 'get', 'db.host')).out).toBe('one\n');
  expect((await a.micro('doctor')).out).toMatch(/store on postgres \d+\.\d+ at postgres:\/\/postgres@127\.0\.0\.1/);

  await postgres.stop();
  const refused = await a.micro('store', 'read', 'greeting');
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/the store at postgres:\/\/.* is away since/);
  expect((await a.micro('doctor')).out).toContain('is away since');
  await postgres.start();
  await waitFor('the store is back', async () => (await a.micro('store', 'read', 'greeting')).out === 'hello');
  await waitFor('for both', async () => (await b.micro('store', 'read', 'greeting')).out === 'hello');
});

it('a server starts while its store is away, and refuses an address that can be none', async () => {
  const home = join(await tempFolder('shared'), 'micro');
  await expect(startServer(home, ['--store', 'mysql://db/x'])).rejects.toThrow(
    /address with "mysql"|engine\.invalid-address/,
  );
  await postgres.stop();
  onTestFinished(() => postgres.start().catch(() => {}));
  const address = postgres.address('late').replace('postgres@', 'postgres:geheim@');
  await expect(startServer(home, ['--store', address])).rejects.toThrow(/list of processes(?!.*geheim)/s);
  const { server, micro } = await place([], { MICRO_STORE: address });
  expect((await micro('store', 'list')).err).toContain('postgres:***@127.0.0.1');
  await postgres.start();
  await waitFor('the store is there', async () => (await micro('doctor')).out.includes('store on postgres 15'));
  expect((await micro('store', 'write', 'a', 'b')).code).toBe(0);
  expect(server.output()).not.toContain('geheim');
  expect((await micro('logs', 'micro')).out).not.toContain('geheim');
});

it('servers that share events have the same topics and groups, and go on with them when one is killed and NATS was away', async () => {
  const address = nats.address('headless');
  const [a, b] = [await place(['--events', address]), await place([], { MICRO_EVENTS: address })];
  await a.micro('events', 'publish', 'orders', 'one');
  expect((await b.micro('events', 'topics')).out).toMatch(/orders/);
  expect((await a.micro('doctor')).out).toMatch(/events on nats 2\.\d+\.\d+ at nats:\/\/127\.0\.0\.1/);
  const consume = (of: Place) =>
    of.micro('events', 'consume', 'orders', '--group', 'g', '--from', 'start', '--count', '1');
  expect((await consume(a)).out).toContain('one');
  a.server.child.kill('SIGKILL');
  await b.micro('events', 'publish', 'orders', 'two');
  expect((await consume(b)).out).toContain('two');

  await nats.stop();
  const refused = await b.micro('events', 'publish', 'orders', 'lost');
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/the events at nats:\/\/.* is away since/);
  await nats.start();
  await waitFor('the events are back', async () => (await b.micro('events', 'publish', 'orders', 'three')).code === 0);
  expect((await consume(b)).out).toContain('three');
});

it('each gateway reaches the services of all servers; those of one that is killed leave with its lease', async () => {
  const project = await tempFolder('project');
  await writeFile(
    join(project, 'micro.yaml'),
    'name: shared\nservices:\n  hello:\n    run: node hello.mjs\n    reload: none\n',
  );
  await writeFile(
    join(project, 'hello.mjs'),
    "import http from 'node:http';\nhttp.createServer((_, answer) => answer.end(String(process.pid))).listen(process.env.PORT, '0.0.0.0');\n",
  );
  const engines = ['--registry', etcd.address('headless'), '--advertise-host', '127.0.0.1'];
  const [a, b] = [await place([...engines, '--project', project]), await place(engines)];
  const ask = async (): Promise<string> => {
    const answer = await fetch(`${b.server.gateway}/hello/`);
    return `${answer.status} ${await answer.text()}`;
  };
  let pid = 0;
  await waitFor(
    'the other server reaches it',
    async () => (pid = Number(/^200 (\d+)$/.exec(await ask())?.[1] ?? 0)) > 0,
    60_000,
  );
  // What a killed server ran goes on, and no other one is started here to end it.
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  expect((await b.micro('doctor')).out).toMatch(/registry on etcd \d+\.\d+\.\d+ at etcd:\/\/127\.0\.0\.1/);
  a.server.child.kill('SIGKILL');
  await waitFor('it has left', async () => (await ask()).startsWith('404'), 60_000);
});
