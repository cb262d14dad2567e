import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListen } from '../../../electron/cli/listenOptions.ts';
import {
  chooseColour,
  type Environment,
  type KubernetesEnvironment,
  parseAddress,
  parseEnvironment,
  parseFingerprint,
} from '../../../electron/server/environments/environment.ts';
import { serverWords } from '../../../electron/server/environments/clusterServerProcess.ts';
import { EnvironmentsFile } from '../../../electron/server/environments/environmentsFile.ts';
import { LoginFile } from '../../../electron/server/environments/logins.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const code = (code: string) => expect.objectContaining({ code }) as unknown;

function environment(name: string): Environment {
  return parseEnvironment({ kind: 'server', name, url: 'https://micro.test:8443', colour: 'blue' });
}

describe('an address', () => {
  it.each([
    ['micro.test', 'https://micro.test'],
    ['micro.test:8443', 'https://micro.test:8443'],
    ['https://micro.test/', 'https://micro.test'],
    ['HTTPS://Micro.Test:443', 'https://micro.test'],
    ['[fd00::7]:8443', 'https://[fd00::7]:8443'],
  ])('%s means %s', (text, url) => expect(parseAddress(text, false)).toBe(url));

  it.each(['', 'ftp://x', 'https://x/path', 'https://ann:secret@x', 'https://x?y', 'a b', 'http://x'])(
    '"%s" is none without more',
    (text) => expect(() => parseAddress(text, false)).toThrow(code('environment.invalid') as Error),
  );

  it('without TLS is taken where that is allowed by hand', () =>
    expect(parseAddress('http://10.0.0.7:8443', true)).toBe('http://10.0.0.7:8443'));

  it('is read again as it was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.webAuthority(), (authority) => {
        let url: string;
        try {
          url = parseAddress(authority, false);
        } catch (error) {
          expect(error).toMatchObject({ code: 'environment.invalid' });
          return;
        }
        expect(parseAddress(url, false)).toBe(url);
      }),
    );
  });
});

describe('a fingerprint', () => {
  it('is the same with colons, without, and with the name of the digest', () => {
    const hex = 'ab'.repeat(32);
    const all = [hex, `sha256:${hex}`, parseFingerprint(hex), `SHA-256=${hex.toUpperCase()}`].map(parseFingerprint);
    expect(new Set(all)).toEqual(new Set([Array(32).fill('AB').join(':')]));
  });

  it('of another length is none', () =>
    expect(() => parseFingerprint('abcd')).toThrow(code('environment.invalid') as Error));
});

describe('a colour', () => {
  it('warns of production, and is shared last of all', () => {
    expect(chooseColour('shop-production', [])).toBe('red');
    expect(chooseColour('staging', [])).toBe('amber');
    const first = chooseColour('one', []);
    expect(chooseColour('two', [{ ...environment('one'), colour: first }])).not.toBe(first);
  });
});

describe('a namespace of a cluster', () => {
  const cluster = (changed: object) =>
    parseEnvironment({ kind: 'kubernetes', name: 'lab', colour: 'teal', context: 'minikube', ...changed });

  it('is default where none is named, and has nothing that was left empty', () =>
    expect(cluster({ kubeconfig: '', imagePrefix: '', advertise: '' })).toEqual({
      kind: 'kubernetes',
      name: 'lab',
      colour: 'teal',
      context: 'minikube',
      kubeNamespace: 'default',
      namespace: 'micro',
    }));

  it('becomes the words of its server, which listens where pods were told to find it', () => {
    const environment = cluster({
      kubeNamespace: 'shop',
      kubeconfig: resolve('/etc/kube'),
      imagePrefix: 'registry.test:5000/team',
      advertise: '10.0.0.1:7000',
    }) as KubernetesEnvironment;
    const words = serverWords(environment, '/home').join(' ');
    expect(words).toContain('--proxy 7000 ');
    for (const word of ['--kube-context minikube', '--namespace shop', '--kubeconfig', '--image-prefix', '--advertise'])
      expect(words).toContain(word);
    expect(serverWords(cluster({}) as KubernetesEnvironment, '/home').join(' ')).toContain('--proxy 0 ');
  });

  it.each([
    { context: '' },
    { kubeNamespace: 'Shop' },
    { kubeconfig: 'config' },
    { imagePrefix: 'Registry/Team' },
    { advertise: 'host' },
  ])('cannot have %j', (changed) => expect(() => cluster(changed)).toThrow(code('environment.invalid') as Error));
});

describe('--listen', () => {
  it.each([
    ['0.0.0.0', { host: '0.0.0.0', port: 8443 }],
    ['0.0.0.0:9000', { host: '0.0.0.0', port: 9000 }],
    ['[::]:9000', { host: '::', port: 9000 }],
    ['::1', { host: '::1', port: 8443 }],
    ['micro.test', { host: 'micro.test', port: 8443 }],
  ])('%s', (text, at) => expect(parseListen('listen', text, 8443)).toEqual(at));

  it.each([':9000', '1.2.3.4:99999', 'a:b', ''])('"%s" is no address', (text) =>
    expect(() => parseListen('listen', text, 8443)).toThrow(code('cli.usage') as Error),
  );
});

describe('environments.json', () => {
  it('loses nothing when many add at once, and only the user can read it', async () => {
    const home = join(await tempFolder('environments'), 'micro');
    const names = Array.from({ length: 12 }, (_, index) => `env-${index}`);
    await Promise.all(names.map((name) => new EnvironmentsFile(home).add(environment(name))));
    const file = new EnvironmentsFile(home);
    expect((await file.read()).environments.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(['environments.json']);
  });

  it('means local again when the current one is taken out', async () => {
    const file = new EnvironmentsFile(await tempFolder('environments'));
    await file.add(environment('staging'));
    await file.setCurrent('staging');
    expect((await file.read()).current).toBe('staging');
    await file.remove('staging');
    expect(await file.read()).toEqual({ current: 'local', environments: [] });
  });

  it('refuses what is there already, and what is not there', async () => {
    const file = new EnvironmentsFile(await tempFolder('environments'));
    await file.add(environment('staging'));
    await expect(file.add(environment('staging'))).rejects.toThrow(code('environment.exists') as Error);
    await expect(file.find('prod')).rejects.toThrow(code('environment.not-found') as Error);
    await expect(file.setCurrent('prod')).rejects.toThrow(code('environment.not-found') as Error);
  });

  it('that cannot be understood is said, and stays as it is', async () => {
    const file = new EnvironmentsFile(await tempFolder('environments'));
    await writeFile(file.path, '{"environments":[{"name":"x"}]}');
    await expect(file.add(environment('staging'))).rejects.toThrow(code('environment.file') as Error);
    await expect(file.read()).rejects.toThrow(/environments\.json/);
  });
});

describe('logins', () => {
  const fresh = (accessToken: string) => ({
    accessToken,
    refreshToken: 'r',
    expiry: Math.floor(Date.now() / 1000) + 900,
  });

  it('are kept apart for each environment', async () => {
    const home = await tempFolder('logins');
    const login = {
      id: 'ann',
      namespace: 'micro',
      accessToken: 'a',
      refreshToken: 'r',
      expiresAt: Date.now() + 900_000,
    };
    await new LoginFile(home, 'staging').write(login);
    expect(await new LoginFile(home, 'staging').token(() => Promise.reject(new Error('no')))).toBe('a');
    expect(await new LoginFile(home, 'prod').read()).toBeUndefined();
    expect(await new LoginFile(home, 'local').read()).toBeUndefined();
    expect((await stat(join(home, 'logins', 'staging.json'))).mode & 0o777).toBe(0o600);
    expect(() => new LoginFile(home, '../x')).toThrow(code('environment.invalid') as Error);
  });

  it('that are about to end are made new once for all who ask', async () => {
    const file = new LoginFile(await tempFolder('logins'), 'staging');
    await file.write({ id: 'ann', namespace: 'micro', accessToken: 'old', refreshToken: 'r', expiresAt: Date.now() });
    let asked = 0;
    const refresh = async (token: string) => {
      expect(token).toBe('r');
      asked++;
      return fresh('new');
    };
    expect(await Promise.all([file.token(refresh), file.token(refresh), file.token(refresh)])).toEqual(
      Array(3).fill('new'),
    );
    expect(asked).toBe(1);
    expect(await file.read()).toMatchObject({ id: 'ann', accessToken: 'new' });
  });
});
