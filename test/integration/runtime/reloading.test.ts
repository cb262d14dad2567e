import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import type { RuntimeFixture } from '../../helpers/runtimeFixture.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const createRuntime = useRuntimes();

/** Answers with the text of version.txt as it was at its start. */
const server = `
  const version = require('node:fs').readFileSync('version.txt', 'utf8');
  require('node:http').createServer((_, answer) => setTimeout(() => answer.end(version), 20)).listen(Number(process.env.PORT), '127.0.0.1');
`;

function reloadOf(runtime: RuntimeFixture, name = 'web') {
  const { reload } = runtime.service(name);
  if (!reload) throw new Error(`${name} has no reload`);
  return reload;
}

async function watching(runtime: RuntimeFixture, name = 'web'): Promise<void> {
  await runtime.until(name, ({ status, reload }) => status === Status.RUNNING && reload?.state === 'watching');
}

async function reloaded(runtime: RuntimeFixture, count: number, name = 'web'): Promise<void> {
  await runtime.until(
    name,
    ({ status, reload }) => status === Status.RUNNING && reload?.count === count && reload.state === 'watching',
  );
}

async function ask(runtime: RuntimeFixture, name = 'web'): Promise<string> {
  const node = runtime.registry.get(name)?.nodes[0];
  const response = await fetch(`http://${node?.address}:${node?.port}/`);
  return response.text();
}

describe('hot reload', () => {
  test.each(['rolling', 'restart'] as const)('a saved file brings the new version up, by %s', async (reload) => {
    const runtime = await createRuntime();
    await runtime.write('web/server.cjs', server);
    await runtime.write('web/version.txt', 'one');
    await runtime.open({ web: { path: 'web', run: 'node server.cjs', port: 'auto', reload } });
    await runtime.start('web');
    await watching(runtime);
    expect(await ask(runtime)).toBe('one');
    await runtime.write('web/version.txt', 'two');
    await reloaded(runtime, 1);
    expect(await ask(runtime)).toBe('two');
    await runtime.until('web', ({ instances }) => instances.length === 1);
    expect(reloadOf(runtime)).toMatchObject({ file: 'web/version.txt', files: 1, count: 1 });
    expect(reloadOf(runtime).recent).toMatchObject([
      { file: 'web/version.txt', outcome: reload === 'rolling' ? 'swapped' : 'restarted', message: '' },
    ]);
    expect(runtime.service('web').restarts).toBe(0);
    const runs = await runtime.runs('web');
    expect(runs[0]?.cause).toBe('web/version.txt changed');
    expect(runs[1]?.failed).toBe(false);
  });

  test('rolling never leaves the registry empty, and a request under way to the old copy ends', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('version.txt', 'one');
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', reload: 'rolling' } });
    await runtime.start('web');
    await watching(runtime);
    const old = runtime.service('web').instances[0]?.id ?? '';
    runtime.inFlight.begin(old);
    const seen = new Set<number>();
    const subscription = runtime.registry.onDidChange(() => seen.add(runtime.registry.get('web')?.nodes.length ?? 0));
    await runtime.write('version.txt', 'two');
    await reloaded(runtime, 1);
    subscription.dispose();
    expect(seen.has(0)).toBe(false);
    expect(await ask(runtime)).toBe('two');
    // The request is still under way: its copy lives, and gets no new one.
    expect(runtime.service('web').instances.map(({ id }) => id)).toContain(old);
    runtime.inFlight.end(old);
    await runtime.until('web', ({ instances }) => instances.length === 1 && instances[0]?.id !== old);
  });

  test('a build that fails keeps the old version serving with its message, and the next good save recovers', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('src/version.txt', 'one');
    await runtime.write(
      'build.sh',
      `grep -q broken src/version.txt && { echo "src/version.txt:1: it is broken" >&2; exit 2; }\ncp src/version.txt version.txt\n`,
    );
    await runtime.open({
      web: {
        build: 'sh build.sh',
        run: 'node server.cjs',
        port: 'auto',
        reload: 'rolling',
        watch: { include: ['src/**'] },
      },
    });
    await runtime.start('web');
    await watching(runtime);
    expect(runtime.service('web').build).toMatchObject({ status: 'ok' });
    const pid = runtime.pid('web');

    await runtime.write('src/version.txt', 'broken');
    await runtime.until('web', ({ reload }) => reload?.state === 'failed');
    expect(runtime.state('web')).toBe('RUNNING');
    expect(runtime.pid('web')).toBe(pid);
    expect(await ask(runtime)).toBe('one');
    expect(runtime.service('web').build).toMatchObject({
      status: 'failed',
      message: 'exit 2\nsrc/version.txt:1: it is broken',
    });
    expect(reloadOf(runtime).recent[0]).toMatchObject({ outcome: 'build-failed' });
    expect(runtime.runtime.notices()).toMatchObject([{ code: 'build.failed', service: 'web' }]);
    expect(await runtime.lines('web')).toContain('build src/version.txt:1: it is broken');

    await runtime.write('src/version.txt', 'two');
    await reloaded(runtime, 1);
    expect(await ask(runtime)).toBe('two');
    expect(runtime.service('web').build).toMatchObject({ status: 'ok' });
    expect(reloadOf(runtime).recent.map(({ outcome }) => outcome)).toEqual(['swapped', 'build-failed']);
  });

  test('a new version that does not get ready leaves the old one in its place', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('version.txt', 'one');
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', reload: 'rolling' } });
    await runtime.start('web');
    await watching(runtime);
    await runtime.write('server.cjs', 'throw new Error("a typo")');
    await runtime.until('web', ({ reload }) => reload?.state === 'failed');
    expect(reloadOf(runtime).message).toBe('the new copy did not get ready: exit 1');
    expect(runtime.state('web')).toBe('RUNNING');
    expect(await ask(runtime)).toBe('one');
    await runtime.write('server.cjs', server.replace('answer.end(version)', 'answer.end("two")'));
    await reloaded(runtime, 1);
    expect(await ask(runtime)).toBe('two');
  });

  test('a service that keeps crashing is started again by a saved file', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', 'process.exit(5)');
    await runtime.write('version.txt', 'one');
    await runtime.open({
      web: { run: 'node server.cjs', port: 'auto', reload: 'restart', restart: { maxInRow: 1, delay: '5ms' } },
    });
    await runtime.start('web');
    await runtime.untilStatus('web', Status.ERROR);
    await runtime.until('web', ({ reload }) => reload?.state === 'watching');
    await runtime.write('server.cjs', server);
    await runtime.untilStatus('web', Status.RUNNING);
    expect(runtime.service('web').restarts).toBe(0);
  });

  test('the newest of several changes wins, and an outdated build is cancelled', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('src/version.txt', 'one');
    // A build that takes for ever when the source says so.
    await runtime.write(
      'build.sh',
      `cp src/version.txt version.txt\ngrep -q slow version.txt && { touch begun; exec sleep 600; }\nexit 0\n`,
    );
    await runtime.open({
      web: {
        build: 'sh build.sh',
        run: 'node server.cjs',
        port: 'auto',
        reload: 'rolling',
        watch: { include: ['src/**'] },
      },
    });
    await runtime.start('web');
    await watching(runtime);
    await runtime.write('src/version.txt', 'slow');
    await waitFor('the slow build', () => readFile(join(runtime.folder, 'begun')));
    await runtime.write('src/version.txt', 'two');
    await reloaded(runtime, 1);
    expect(await ask(runtime)).toBe('two');
    expect((await runtime.runs('web')).map(({ outcome }) => outcome)).toContain('build cancelled');
  });

  test('FW-01 every save by rename reloads once, and what editors leave beside it does not', async () => {
    const runtime = await createRuntime();
    await runtime.write('main.sh', 'echo up; exec sleep 600');
    await runtime.write('data/f', '0');
    await runtime.open({
      web: { run: 'sh main.sh', port: 'none', ready: { log: 'up' }, reload: 'restart', stop: { signal: 'SIGKILL' } },
    });
    await runtime.start('web');
    await watching(runtime);
    for (let i = 1; i <= 5; i++) {
      await runtime.write('data/.f.swp', String(i));
      await runtime.write('data/4913', '');
      await rm(join(runtime.folder, 'data/4913'));
      await runtime.write('data/f~', String(i));
      await runtime.write('data/f.tmp', String(i));
      await rename(join(runtime.folder, 'data/f.tmp'), join(runtime.folder, 'data/f'));
      await reloaded(runtime, i);
      expect(reloadOf(runtime).file).toBe('data/f');
    }
    // JetBrains moves the old file away before the new one takes its name.
    await runtime.write('data/f___jb_tmp___', '6');
    await rename(join(runtime.folder, 'data/f'), join(runtime.folder, 'data/f___jb_old___'));
    await rename(join(runtime.folder, 'data/f___jb_tmp___'), join(runtime.folder, 'data/f'));
    await rm(join(runtime.folder, 'data/f___jb_old___'));
    await reloaded(runtime, 6);
    expect(reloadOf(runtime).file).toBe('data/f');
    expect((await runtime.runs('web')).length).toBe(7);
  });

  test('FW-03 a branch switch of a thousand files is one reload, with their number', async () => {
    const runtime = await createRuntime();
    const git = (...args: string[]): void => {
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: runtime.folder,
        stdio: 'ignore',
      });
    };
    await mkdir(join(runtime.folder, 'src'));
    const fill = (text: string): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 1000 }, (_, i) => writeFile(join(runtime.folder, `src/${i}.txt`), `${text} ${i}`)),
      );
    git('init', '-q', '-b', 'a');
    await fill('a');
    git('add', '.');
    git('commit', '-qm', 'a');
    git('checkout', '-qb', 'b');
    await fill('b');
    git('commit', '-qam', 'b');
    await runtime.open({
      web: { run: `sh -c 'cat src/999.txt; exec sleep 600'`, port: 'none', ready: { log: '999' }, reload: 'restart' },
    });
    await runtime.start('web');
    await watching(runtime);
    git('checkout', '-q', 'a');
    await reloaded(runtime, 1);
    // Once more by a single file: whatever came of the switch has come before it.
    await runtime.write('src/0.txt', 'last');
    await reloaded(runtime, 2);
    const { recent } = reloadOf(runtime);
    expect(recent.map(({ files }) => files)).toEqual([1, 1000]);
    expect((await runtime.runs('web')).map(({ cause }) => cause)[1]).toMatch(
      /^1000 files changed \(src\/\d+\.txt, …\)$/,
    );
    expect(await runtime.lines('web')).toContain('stdout a 999');
  });

  test('FW-03 files that change one after the other are few reloads, and the last comes after the last file', async () => {
    const runtime = await createRuntime();
    await runtime.write('src/49.txt', 'start');
    await runtime.open({
      web: {
        run: `sh -c 'cat src/49.txt; echo; exec sleep 600'`,
        port: 'none',
        ready: { log: '/./' },
        reload: 'restart',
      },
    });
    await runtime.start('web');
    await watching(runtime);
    for (let i = 0; i < 50; i++) {
      await runtime.write(`src/${i}.txt`, `touched ${i}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await waitFor('the last file', async () => (await runtime.lines('web')).includes('stdout touched 49'));
    await watching(runtime);
    expect(reloadOf(runtime).count).toBeLessThanOrEqual(10);
  });

  test('FW-04 a service that writes into its own folder is suspended with the file, its log never counts, and resume goes on', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      w: {
        run: `sh -c 'date +%N > stamp.json; mkdir -p logs; echo hi >> logs/out.log; exec sleep 618'`,
        port: 'none',
        reload: 'restart',
      },
    });
    await runtime.start('w');
    // What it writes at its very first start may be the beginning of the loop already.
    await runtime.until('w', ({ reload }) => reload?.state === 'watching' || reload?.state === 'suspended');
    await runtime.write('stamp.json', 'from outside');
    await runtime.until('w', ({ reload }) => reload?.state === 'suspended');
    expect(reloadOf(runtime, 'w').file).toBe('stamp.json');
    expect(reloadOf(runtime, 'w').message).toMatch(/^stamp\.json is written by the service itself/);
    expect(reloadOf(runtime, 'w').count).toBeLessThanOrEqual(10);
    await runtime.untilStatus('w', Status.RUNNING);
    expect(runtime.runtime.notices()).toMatchObject([{ code: 'reload.loop', service: 'w' }]);
    expect(await runtime.runtime.explainFile('w', join(runtime.folder, 'stamp.json'))).toMatchObject({ counts: false });
    expect(runtime.runtime.pauseReload(['w'], false)).toEqual(['w']);
    await runtime.until('w', ({ reload }) => reload?.state === 'watching');
  });

  test('FW-07 links in circles and out of the project are watched without end nowhere, and edits are noticed', async () => {
    const runtime = await createRuntime();
    await runtime.write('a/b/file.txt', 'one');
    await symlink('../..', join(runtime.folder, 'a/b/up'));
    await symlink('/', join(runtime.folder, 'rootlink'));
    await symlink('self', join(runtime.folder, 'self'));
    await runtime.open({ web: { run: 'sleep 600', port: 'none', reload: 'restart' } });
    await runtime.start('web');
    await watching(runtime);
    expect(reloadOf(runtime).watched).toBeLessThan(20);
    await runtime.write('a/b/file.txt', 'two');
    await reloaded(runtime, 1);
    expect(reloadOf(runtime).file).toBe('a/b/file.txt');
  });

  test('a paused service is left alone until it is resumed', async () => {
    const runtime = await createRuntime();
    await runtime.write('file.txt', 'one');
    await runtime.open({
      web: { run: 'sleep 600', port: 'none', reload: 'restart' },
      plain: { run: 'sleep 600', port: 'none' },
    });
    await runtime.start('web', 'plain');
    await watching(runtime);
    const pid = runtime.pid('web');
    expect(runtime.runtime.pauseReload(['web', 'plain'], true)).toEqual(['web']);
    expect(reloadOf(runtime).state).toBe('paused');
    await runtime.write('file.txt', 'two');
    expect(await runtime.runtime.explainFile('web', join(runtime.folder, 'file.txt'))).toEqual({
      counts: false,
      why: 'reloading is paused',
    });
    runtime.runtime.pauseReload(['web'], false);
    await watching(runtime);
    expect(runtime.pid('web')).toBe(pid);
    await runtime.write('file.txt', 'three');
    await reloaded(runtime, 1);
    expect(runtime.pid('web')).not.toBe(pid);
  });

  test('one whose reload is called off just after a save runs on, in one copy', async () => {
    const runtime = await createRuntime();
    await runtime.write('file.txt', 'one');
    await runtime.open({ web: { run: 'sleep 600', port: 'none', reload: 'restart' } });
    await runtime.start('web');
    await watching(runtime);
    for (let round = 0; round < 5; round++) {
      await runtime.write('file.txt', `round ${round}`);
      await runtime.until('web', ({ reload }) => reload?.state !== 'watching');
      runtime.runtime.pauseReload(['web'], true);
      await runtime.untilStatus('web', Status.RUNNING);
      expect(runtime.service('web').instances).toHaveLength(1);
      runtime.runtime.pauseReload(['web'], false);
      await watching(runtime);
    }
    expect(runtime.service('web').restarts).toBe(0);
  });

  test('files that do not come to rest leave it stopped for a moment only, and the last of them is in the end reloaded', async () => {
    const runtime = await createRuntime();
    await runtime.write('file.txt', 'one');
    await runtime.open({ web: { run: 'sleep 600', port: 'none', reload: 'restart' } });
    await runtime.start('web');
    await watching(runtime);
    const first = runtime.pid('web');
    let isOver = false;
    const writing = (async () => {
      for (let i = 0; !isOver; i++) {
        await runtime.write(`generated-${i % 50}.txt`, String(i));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await runtime.until('web', ({ status, reload, instances }) => {
      const pid = instances[0]?.pid ?? first;
      return status === Status.RUNNING && reload?.state === 'debouncing' && pid !== first;
    });
    isOver = true;
    await writing;
    await runtime.until(
      'web',
      ({ status, reload }) => status === Status.RUNNING && reload?.state === 'watching' && reload.count > 0,
    );
    expect(runtime.service('web').instances).toHaveLength(1);
  });

  test('why a file counts or not is said by the rule that decides', async () => {
    const runtime = await createRuntime();
    await runtime.write('.gitignore', 'secret/\n*.local\n');
    await runtime.write('micro.yaml', '');
    await runtime.open({
      web: {
        path: 'web',
        run: 'sleep 600',
        port: 'none',
        build: 'true',
        watch: { include: ['src/**', '*.json'], ignore: ['*.gen.js'] },
      },
      self: { run: 'sleep 600', reload: 'none' },
      off: { run: 'sleep 600' },
      db: { kind: 'external', address: '127.0.0.1:1' },
    });
    await mkdir(join(runtime.folder, 'web/src'), { recursive: true });
    await symlink('web', join(runtime.folder, 'link'));
    await runtime.start('web');
    const why = async (path: string, name = 'web'): Promise<string> => {
      const verdict = await runtime.runtime.explainFile(name, join(runtime.folder, path));
      return `${verdict.counts ? 'yes' : 'no'}: ${verdict.why.replaceAll(runtime.folder, '')}`;
    };
    expect(await why('web/src/main.js')).toBe('yes: watch.include has src/**');
    expect(await why('link/src/main.js')).toBe('yes: watch.include has src/**');
    expect(await why('web/src/api.gen.js')).toBe('no: watch.ignore has "*.gen.js"');
    expect(await why('web/readme.md')).toBe('no: no pattern of watch.include matches it (src/**, *.json)');
    expect(await why('web/src/x.local')).toBe('no: .gitignore in  has "*.local"');
    expect(await why('web/src/secret/key.js')).toBe('no: /web/src/secret: .gitignore in  has "secret/"');
    expect(await why('web/node_modules/x/index.js')).toContain('no: /web/node_modules');
    expect(await why('web/dist/main.js')).toBe('no: /web/dist: it matches "dist", which never counts');
    expect(await why('web/src/main.js~')).toBe('no: it matches "*~", which never counts');
    expect(await why('other/main.js')).toBe('no: it is not under /web');
    expect(await why('x', 'self')).toBe('no: the service reloads itself');
    expect(await why('x', 'off')).toBe('no: watch is off for this service');
    expect(await why('x', 'db')).toBe('no: the service is external, it is not run here');
    await runtime.stop('web');
    expect(await why('web/src/main.js')).toBe('no: the service is stopped');
  });

  test('with cascade, what needs the service is restarted after it', async () => {
    const runtime = await createRuntime();
    await runtime.write('lib/file.txt', 'one');
    await runtime.open({
      lib: { path: 'lib', run: 'sleep 600', port: 'none', reload: 'restart', cascade: true },
      app: { run: 'sleep 600', port: 'none', dependsOn: ['lib'] },
      other: { run: 'sleep 600', port: 'none' },
    });
    await runtime.start('app', 'other');
    await watching(runtime, 'lib');
    const [app, other] = [runtime.pid('app'), runtime.pid('other')];
    await runtime.write('lib/file.txt', 'two');
    await runtime.until('app', ({ status, instances }) => status === Status.RUNNING && instances[0]?.pid !== app);
    expect(runtime.pid('other')).toBe(other);
    expect((await runtime.runs('app'))[0]?.cause).toBe('lib was reloaded (lib/file.txt changed)');
  });
});
