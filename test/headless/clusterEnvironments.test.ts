import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterHome, ClusterServers } from '../../electron/server/environments/clusterServers.ts';
import { type KubernetesEnvironment, parseEnvironment } from '../../electron/server/environments/environment.ts';
import { findServer } from '../../electron/server/findServer.ts';
import { clusterLimits } from '../../shared/lib/clusterLimits.ts';
import { bundledCli } from '../helpers/bundle.ts';
import { kubeconfigOfNowhere } from '../helpers/kubeconfig.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

let home: string;
let kubeconfig: string;

const lab = (changed: object = {}): KubernetesEnvironment =>
  parseEnvironment({
    kind: 'kubernetes',
    name: 'lab',
    colour: 'teal',
    context: 'nowhere',
    kubeNamespace: 'shop',
    kubeconfig,
    ...changed,
  }) as KubernetesEnvironment;

const micro = (...words: string[]) => microProcess(words, { home });

beforeEach(async () => {
  home = join(await tempFolder('cluster-environments'), 'micro');
  kubeconfig = await kubeconfigOfNowhere();
});

describe('the server of an environment in a cluster', () => {
  let program: string[];
  const servers = () => new ClusterServers(home, findServer, program);

  beforeEach(async () => {
    program = [process.execPath, resolve('test/fixtures/localInPlace.mjs'), await bundledCli()];
  });
  afterEach(() => servers().stop('lab'));

  it('is started once, however many need it at once, and is not that of this machine', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => servers().reach(lab())));
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
    expect(await findServer(home)).toBeUndefined();
    expect((await findServer(clusterHome(home, 'lab')))?.pid).toBe(all[0]?.pid);
  });

  it('ends when it is told to, and another is started when it is needed', async () => {
    const one = servers();
    const first = await one.reach(lab());
    expect(await one.stop('lab')).toBe(true);
    expect(await one.find('lab')).toBeUndefined();
    expect(await one.stop('lab')).toBe(false);
    expect((await one.reach(lab())).pid).not.toBe(first.pid);
  });

  it('leaves nothing when the environment is taken out', async () => {
    await servers().reach(lab());
    await servers().remove('lab');
    await expect(access(clusterHome(home, 'lab'))).rejects.toThrow('ENOENT');
  });
});

describe('a command for a cluster', () => {
  const add = (...words: string[]) =>
    micro('env', 'add', 'lab', '--kubernetes', 'nowhere', '--kubeconfig', kubeconfig, '--namespace', 'shop', ...words);

  it('says why the cluster is not reached, by the code, and reaches no other server', async () => {
    expect((await add('--unchecked')).code).toBe(0);
    const { code, err } = await micro('status', '--environment', 'lab', '--json');
    expect(err).toContain('kubernetes.unreachable');
    expect(code).not.toBe(0);
    const tested = (await micro('env', 'test', 'lab', '--json')).out.trim().split('\n');
    expect(tested.map((line) => (JSON.parse(line) as { step: string; ok: boolean }).ok)).toEqual([true, false]);
  });

  it('is not added unless it answers', async () => {
    expect((await add('--json')).err).toContain('kubernetes.unreachable');
    const unknown = ['env', 'add', 'lab', '--kubernetes', 'other', '--kubeconfig', kubeconfig, '--json'];
    expect((await micro(...unknown)).err).toContain('kubernetes.no-config');
    expect((await micro('env', '--json')).json<{ environments: unknown[] }>().environments).toHaveLength(1);
  });

  it('means the current context where none is named, and says what is not possible there', async () => {
    const words = ['env', 'add', 'lab', '--kubernetes', '--kubeconfig', kubeconfig, '--unchecked'];
    expect((await micro(...words)).code).toBe(0);
    const { out } = await micro('env', 'get', 'lab');
    expect(out).toMatch(/address +nowhere\/team/);
    for (const { what } of clusterLimits) expect(out).toContain(what);
    for (const verb of ['pause', 'resume', 'debug', 'why']) {
      const { err, code } = await micro(
        verb,
        'web',
        ...(verb === 'why' ? ['x'] : []),
        '--environment',
        'lab',
        '--json',
      );
      expect(err, verb).toContain('environment.unsupported');
      expect(code).toBe(2);
    }
  });

  it('asks for its name before what is kept for it is deleted', async () => {
    await add('--unchecked');
    expect((await micro('env', 'del', 'lab', '--json')).err).toContain('environment.not-confirmed');
    expect(await readFile(join(home, 'environments.json'), 'utf8')).toContain('lab');
    expect((await micro('env', 'del', 'lab', '--yes', 'lab')).code).toBe(0);
    expect((await micro('env', 'get', 'lab')).code).toBe(4);
  });

  it.each([
    [['env', 'add', 'x', 'host', '--kubernetes', 'nowhere'], 'not both'],
    [['env', 'add', 'x'], 'where is x'],
    [['env', 'add', 'x', 'host', '--advertise', 'a:1'], 'add --kubernetes'],
    [['env', 'stop', 'local'], 'no cluster'],
  ])('%j is refused', async (words, text) => {
    const { code, err } = await micro(...words);
    expect(err).toContain(text);
    expect(code).toBe(2);
  });
});
