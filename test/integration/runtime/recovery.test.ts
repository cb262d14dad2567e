import { spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProcessTable } from '../../../electron/server/host/systemProcessTable.ts';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { processesWith } from '../../helpers/processesOf.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const createRuntime = useRuntimes();

/** Listens on PORT and answers everything with its pid. */
const server = `
  require('node:http').createServer((_, answer) => answer.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1');
`;

const deaf = `bash -c 'trap "" TERM; echo up; while :; do sleep 0.2; done'`;

async function writeEntry(home: string, entry: { id: string } & Record<string, unknown>): Promise<void> {
  await mkdir(join(home, 'instances'), { recursive: true });
  await writeFile(join(home, 'instances', `${entry.id}.json`), JSON.stringify(entry));
}

/** Starts what a killed server leaves: a process group of a service, and its entry in the journal. Returns its id. */
async function leaveBehind(
  runtime: { home: string; env: Readonly<Record<string, string>> },
  service: string,
  argv: readonly string[],
  isPidNoted: boolean,
): Promise<string> {
  const id = `${service}-left`;
  const env = { PATH: process.env['PATH'], ...runtime.env, MICRO_SERVICE_NAME: service, MICRO_INSTANCE_ID: id };
  const child = spawn(argv[0] as string, argv.slice(1), { detached: true, stdio: 'ignore', env });
  const { pid = 0 } = child;
  const { startTime = '' } = (await createProcessTable().get(pid)) ?? {};
  await writeEntry(runtime.home, {
    id,
    service,
    run: 1,
    ...(isPidNoted ? { pid, startTime } : { pid: 0, startTime: '' }),
    at: 1,
  });
  return id;
}

describe('after a server that did not end in order', () => {
  test('what it left is ended, and each wanted service runs once', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.writeManifest({
      web: { run: 'node server.cjs', port: 'auto' },
      deaf: { run: deaf, port: 'none', ready: { log: 'up' }, stop: { graceMs: 300 } },
      young: { run: 'sleep 600', port: 'none' },
      off: { run: 'sleep 600', port: 'none' },
    });
    // A launcher with a child in a session of its own, one that ignores SIGTERM, one whose pid was not noted yet.
    const left = [
      await leaveBehind(runtime, 'web', ['sh', '-c', 'setsid sleep 621 & wait'], true),
      await leaveBehind(runtime, 'deaf', ['bash', '-c', 'trap "" TERM; while :; do sleep 0.2; done'], true),
      await leaveBehind(runtime, 'young', ['sleep', '622'], false),
    ];
    await waitFor(
      'the child of the launcher',
      async () => (await processesWith(`MICRO_INSTANCE_ID=${left[0]}`)).length > 1,
    );
    const state = {
      version: 1,
      projects: [{ folder: runtime.folder, openedAt: 1 }],
      added: [],
      wanted: ['web', 'deaf', 'young'],
    };
    await writeFile(join(runtime.home, 'state.json'), JSON.stringify(state));

    await runtime.recover();
    for (const id of left) expect(await processesWith(`MICRO_INSTANCE_ID=${id}`)).toEqual([]);
    for (const name of ['web', 'deaf', 'young']) {
      const { instances } = await runtime.untilStatus(name, Status.RUNNING);
      expect(instances).toHaveLength(1);
      expect(await processesWith(`MICRO_INSTANCE_ID=${instances[0]?.id}`)).not.toEqual([]);
      expect(runtime.runtime.notices().map(({ text }) => text)).toContainEqual(
        expect.stringMatching(
          new RegExp(`^${name} was left running by a server that did not end in order \\(pid [\\d, ]+\\)`),
        ),
      );
    }
    expect(runtime.state('off')).toBe('STOPPED');
  });

  test('a journal entry whose pid belongs to somebody else by now ends nobody', async () => {
    const runtime = await createRuntime();
    await writeEntry(runtime.home, {
      id: 'web-1',
      service: 'web',
      run: 1,
      pid: process.pid,
      startTime: 'long ago',
      at: 1,
    });
    await runtime.recover();
    // This test still runs; and the entry is dealt with.
    expect(await readdir(join(runtime.home, 'instances'))).toEqual([]);
    expect(runtime.runtime.notices()).toEqual([]);
  });

  test('a damaged state.json is kept aside and said, and the server starts empty', async () => {
    const runtime = await createRuntime();
    await writeFile(join(runtime.home, 'state.json'), '{"version":1,"proj');
    await runtime.recover();
    expect(runtime.runtime.projects()).toEqual([]);
    expect(runtime.runtime.notices()[0]).toMatchObject({ code: 'storage.corrupt' });
    expect((await readdir(runtime.home)).filter((name) => name.startsWith('state.json.damaged-'))).toHaveLength(1);
  });
});

describe('after a server that ended in order', () => {
  test('nothing is left, and what ran is wanted again', async () => {
    const first = await createRuntime();
    await first.write('server.cjs', server);
    await first.open({ web: { run: 'node server.cjs', port: 'auto' }, off: { run: 'sleep 600', port: 'none' } });
    await first.start('web');
    await first.dispose();
    expect(await first.processes('web')).toEqual([]);
    expect(await readdir(join(first.home, 'instances'))).toEqual([]);

    const second = await createRuntime(first);
    await second.recover();
    await second.untilStatus('web', Status.RUNNING);
    expect(second.state('off')).toBe('STOPPED');
    expect((await second.runs('web')).map(({ run, cause }) => `${run} ${cause}`)).toEqual([
      '2 the server was started again',
      '1 started by you',
    ]);
  });

  test('what changed in the meantime is said, and the service runs with it', async () => {
    const first = await createRuntime();
    for (const file of ['src/a.txt', 'src/b.txt', 'src/same.txt', 'src/ignored.log']) await first.write(file, 'old');
    const run = `sh -c 'cat src/a.txt; exec sleep 600'`;
    await first.open({ web: { run, port: 'none', ready: { log: '/old|new/' }, reload: 'restart' } });
    await first.start('web');
    await first.until('web', ({ reload }) => reload?.state === 'watching');
    await first.dispose();
    for (const file of ['src/a.txt', 'src/b.txt', 'src/ignored.log']) await first.write(file, 'new');

    const second = await createRuntime(first);
    await second.recover();
    await waitFor('the notice', () => second.runtime.notices().some(({ code }) => code === 'reload.missed'));
    expect(second.runtime.notices()).toMatchObject([
      { service: 'web', text: '2 files changed (src/a.txt, …) while web was not watched; it was started with that' },
    ]);
    await second.untilStatus('web', Status.RUNNING);
    expect(await second.lines('web')).toContain('stdout new');
    expect(second.service('web').reload).toMatchObject({ count: 0 });
  });

  test('a service that was added is there again', async () => {
    const first = await createRuntime();
    await first.runtime.addService({
      name: 'extra',
      folder: first.folder,
      argv: ['sleep', '600'],
      env: { MICRO_TEST_EXTRA: first.home },
    });
    await first.start('extra');
    await first.dispose();
    const second = await createRuntime(first);
    await second.recover();
    await second.untilStatus('extra', Status.RUNNING);
    await second.runtime.removeService('extra');
    expect(second.runtime.services()).toEqual([]);
    expect(await processesWith(`MICRO_TEST_EXTRA=${first.home}`)).toEqual([]);
  });
});
