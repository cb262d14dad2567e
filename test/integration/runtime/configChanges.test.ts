import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const createRuntime = useRuntimes();

/** Answers with its variable VALUE, and says in its log when it hears a signal. */
const server = `
  for (const signal of ['SIGHUP', 'SIGUSR1']) process.on(signal, () => console.log('heard ' + signal));
  require('node:http').createServer((_, answer) => answer.end(process.env.VALUE)).listen(Number(process.env.PORT), '127.0.0.1');
`;
const run = { run: 'node server.cjs', port: 'auto' as const };

async function makeRuntime() {
  const runtime = await createRuntime();
  await runtime.write('server.cjs', server);
  return runtime;
}
type Fixture = Awaited<ReturnType<typeof makeRuntime>>;

async function ask(runtime: Fixture, name: string): Promise<string> {
  const node = runtime.registry.get(name)?.nodes[0];
  return (await fetch(`http://${node?.address}:${node?.port}/`)).text();
}

/** Resolves when another process than `pid` runs, alone. */
async function startedAnew(runtime: Fixture, name: string, pid: number): Promise<void> {
  await runtime.until(
    name,
    ({ status, instances }) => status === Status.RUNNING && instances.length === 1 && instances[0]?.pid !== pid,
  );
}

describe('a change of the config', () => {
  test('restarts the services that use the value, says why, and leaves the others alone', async () => {
    const runtime = await makeRuntime();
    runtime.config.set('shop.currency', 'EUR');
    runtime.config.set('shop.other', 'x');
    await runtime.open({
      shop: { ...run, env: { VALUE: 'in ${config:shop.currency}' } },
      other: { ...run, env: { VALUE: '${config:shop.other}' } },
      plain: { ...run, env: { VALUE: 'none' } },
    });
    await runtime.start('shop', 'other', 'plain');
    expect(await ask(runtime, 'shop')).toBe('in EUR');
    const [shop, other, plain] = ['shop', 'other', 'plain'].map((name) => runtime.pid(name)) as [
      number,
      number,
      number,
    ];
    runtime.config.set('shop.currency', 'USD');
    await startedAnew(runtime, 'shop', shop);
    expect(await ask(runtime, 'shop')).toBe('in USD');
    const [newest, before] = await runtime.runs('shop');
    expect(newest?.cause).toBe('config shop.currency changed');
    expect(before).toMatchObject({ outcome: 'config shop.currency changed', failed: false });
    expect(runtime.runtime.notices()).toMatchObject([
      { code: 'config.followed', service: 'shop', text: 'config shop.currency changed; shop is started anew with it' },
    ]);
    expect([runtime.pid('other'), runtime.pid('plain')]).toEqual([other, plain]);
  });

  test('of a secret says its path alone, and with rolling the new copy is ready before the old one ends', async () => {
    const runtime = await makeRuntime();
    runtime.config.set('api.key', 'first');
    await runtime.open({ shop: { ...run, reload: 'rolling', watch: false, env: { VALUE: '${secret:api.key}' } } });
    await runtime.start('shop');
    const pid = runtime.pid('shop');
    let least = 1;
    const subscription = runtime.registry.onDidChange(() => {
      least = Math.min(least, runtime.registry.get('shop')?.nodes.length ?? 0);
    });
    runtime.config.set('api.key', 'second');
    await startedAnew(runtime, 'shop', pid);
    subscription.dispose();
    expect(least).toBe(1);
    expect(await ask(runtime, 'shop')).toBe('second');
    expect((await runtime.runs('shop'))[0]?.cause).toBe('secret api.key changed');
    expect(JSON.stringify([runtime.runtime.notices(), await runtime.lines('shop')])).not.toMatch(/first|second/);
  });

  test('is a signal to the first process, or left to the next start, where that was chosen', async () => {
    const runtime = await makeRuntime();
    runtime.config.set('a', '1');
    await runtime.open({
      hears: { ...run, onConfigChange: 'SIGHUP', env: { VALUE: '${config:a}' } },
      waits: { ...run, onConfigChange: 'none', env: { VALUE: '${config:a}' } },
    });
    await runtime.start('hears', 'waits');
    const pids = [runtime.pid('hears'), runtime.pid('waits')];
    runtime.config.set('a', '2');
    await waitFor('the signal', async () => (await runtime.lines('hears')).includes('stdout heard SIGHUP'));
    expect(await runtime.lines('hears')).toContain('micro config a changed: SIGHUP sent');
    const notices = runtime.runtime.notices().map(({ text }) => text);
    expect(notices.sort()).toEqual([
      'config a changed; hears was sent SIGHUP',
      'config a changed; waits has it from its next start on',
    ]);
    expect([runtime.pid('hears'), runtime.pid('waits')]).toEqual(pids);
    await runtime.restart('waits');
    expect(await ask(runtime, 'waits')).toBe('2');
  });

  test('starts a service that could not be started without the value', async () => {
    const runtime = await makeRuntime();
    await runtime.open({ shop: { ...run, env: { VALUE: '${config:db.host}' } } });
    await runtime.start('shop');
    expect(runtime.state('shop')).toContain('VALUE needs db.host of the config');
    runtime.config.set('db.port', '1');
    runtime.config.set('db.host', 'there');
    await runtime.untilStatus('shop', Status.RUNNING);
    expect(await ask(runtime, 'shop')).toBe('there');
  });

  test('starts one whose env file gives what the project would have, and asks for that no more', async () => {
    const runtime = await makeRuntime();
    await runtime.write('.env', 'OTHER=of the file\n');
    await runtime.open(
      { shop: { ...run, envFile: '.env', env: { VALUE: '${config:db.host}' } } },
      { env: { OTHER: '${config:never.there}' } },
    );
    const uses = (): string[] => runtime.service('shop').configUses.map(({ variable, path }) => `${variable} ${path}`);
    expect(uses()).toEqual(['VALUE db.host']);
    await runtime.start('shop');
    runtime.config.set('db.host', 'there');
    await runtime.untilStatus('shop', Status.RUNNING);
    const pid = runtime.pid('shop');
    await runtime.write('.env', '# nothing\n');
    await waitFor('the file to be followed', () => uses().length === 2);
    expect(uses().sort()).toEqual(['OTHER never.there', 'VALUE db.host']);
    await runtime.write('.env', 'VALUE=1\nOTHER=2\n');
    await waitFor('the file to be followed again', () => uses().length === 1);
    expect(uses()).toEqual(['VALUE db.host']);
    expect(runtime.pid('shop')).toBe(pid);
  });

  test('does not start what is stopped, and does not run a task again', async () => {
    const runtime = await makeRuntime();
    runtime.config.set('a', '1');
    await runtime.open({
      task: { kind: 'task', run: 'node -p process.env.VALUE', env: { VALUE: '${config:a}' } },
      off: { ...run, env: { VALUE: '${config:a}' } },
      shop: { ...run, env: { VALUE: '${config:a}' } },
    });
    await runtime.start('task', 'off', 'shop');
    await runtime.stop('off');
    const pid = runtime.pid('shop');
    runtime.config.set('a', '2');
    // The one that is restarted comes last, so the others have been asked by then.
    await startedAnew(runtime, 'shop', pid);
    expect(runtime.state('task')).toBe('STOPPED completed');
    expect(runtime.state('off')).toBe('STOPPED stopped by you');
    expect((await runtime.runs('task')).length).toBe(1);
  });

  test('that the service makes itself, again and again, is followed a few times and then said', async () => {
    const runtime = await makeRuntime();
    runtime.config.set('a', '0');
    await runtime.open({ shop: { ...run, env: { VALUE: '${config:a}' } } });
    await runtime.start('shop');
    let count = 0;
    runtime.runtime.onDidChange(({ services }) => {
      if (services.has('shop') && runtime.service('shop').status === Status.RUNNING)
        runtime.config.set('a', String(++count));
    });
    runtime.config.set('a', 'begin');
    await waitFor('the loop to be noticed', () => runtime.runtime.notices().some(({ code }) => code === 'config.loop'));
    expect(runtime.runtime.notices().at(-1)?.text).toBe(
      'config a changed again and again; shop keeps what it has until it is restarted',
    );
    await runtime.untilStatus('shop', Status.RUNNING);
    expect((await runtime.runs('shop')).length).toBe(7);
  });
});
