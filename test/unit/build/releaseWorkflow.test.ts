import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}
interface Workflow {
  jobs: Record<string, { needs?: string; if?: string; steps: Step[]; permissions?: Record<string, string> }>;
}

const root = new URL('../../../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const workflows = readdirSync(folder).map((name) => ({
  name,
  jobs: (parse(readFileSync(new URL(name, folder), 'utf8')) as Workflow).jobs,
}));
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
  dependencies: Record<string, string>;
};
const steps = workflows.flatMap(({ name, jobs }) =>
  Object.values(jobs).flatMap((job) => job.steps.map((step) => ({ name, ...step }))),
);
const commands = steps.flatMap(({ name, run = '' }) =>
  run
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((command) => ({ name, command: command.trim() })),
);
const release = workflows.find(({ name }) => name === 'release.yml')?.jobs ?? {};

async function module<T>(path: string): Promise<T> {
  return (await import(new URL(path, root).href)) as T;
}

describe('a workflow', () => {
  test('calls scripts that there are, with words that they know', async () => {
    const scripts = commands.flatMap(({ command }) => [...command.matchAll(/\bnpm run (\S+)(.*)/g)]);
    expect(scripts.length).toBeGreaterThan(2);
    const { packageTargets } = await module<{ packageTargets: { name: string }[] }>('build/lib/packageTargets.mjs');
    const words: Record<string, readonly string[]> = {
      dist: [...packageTargets.map(({ name }) => name), '--', '--fast'],
    };
    for (const [, script = '', rest = ''] of scripts) {
      expect(Object.keys(manifest.scripts)).toContain(script);
      const file = /^node (\S+)/.exec(manifest.scripts[script] ?? '')?.[1];
      if (file !== undefined) expect(readFileSync(new URL(file, root), 'utf8')).not.toBe('');
      for (const word of rest.trim().split(/\s+/).filter(Boolean)) expect(words[script] ?? []).toContain(word);
    }
  });

  test('uses actions in a fixed version, with the inputs that they need', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    for (const { uses = '', with: inputs = {} } of steps) {
      if (uses.startsWith('actions/setup-node@')) expect(Number(inputs['node-version'])).toBeGreaterThanOrEqual(22);
      if (uses.startsWith('actions/upload-artifact@')) expect(inputs['if-no-files-found']).toBe('error');
    }
  });
});

describe('the release', () => {
  const packages = release['packages']?.steps ?? [];
  const draft = release['draft'];

  test('installs what the scripts would install themselves if they were root', async () => {
    const apt = commands.find(({ command }) => command.includes('apt-get install'))?.command.split(/\s+/) ?? [];
    const { DEBIAN_PACKAGES } = await module<{ DEBIAN_PACKAGES: string[] }>('build/lib/display.mjs');
    const { appImagePackages } = await module<{ appImagePackages: string[] }>('build/lib/appImageTools.mjs');
    for (const name of [...DEBIAN_PACKAGES, ...appImagePackages, 'rpm']) expect(apt).toContain(name);
  });

  test('adds the native parts of both kinds of Mac in the versions that the app has', () => {
    const command = commands.find(({ command }) => command.includes('-darwin-'))?.command ?? '';
    const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
      packages: Record<string, { version?: string }>;
    };
    const named = [...command.matchAll(/(@[\w/-]+-darwin-(x64|arm64))@(\S+)/g)];
    expect(named.map(([, name]) => name).sort()).toEqual(
      ['@lmdb/lmdb', '@lydell/node-pty'].flatMap((name) => [`${name}-darwin-arm64`, `${name}-darwin-x64`]).sort(),
    );
    for (const [, name = '', , version] of named) expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  test('hands each system its own certificate, and names every secret by a variable that is left out when it is empty', async () => {
    const { signingVariables, dropUnsetSecrets } = await module<{
      signingVariables: string[];
      dropUnsetSecrets: (env: NodeJS.ProcessEnv) => void;
    }>('build/lib/signing.mjs');
    const env = packages.find(({ run }) => run === 'npm run dist')?.env ?? {};
    expect(Object.keys(env).sort()).toEqual([...signingVariables].sort());
    expect(env['CSC_LINK']).toContain("runner.os == 'macOS'");
    expect(env['CSC_LINK']).not.toContain('WINDOWS');
    expect(env['WIN_CSC_LINK']).toContain("runner.os == 'Windows'");

    const unset: NodeJS.ProcessEnv = { CSC_LINK: '', WIN_CSC_LINK: 'cert', APPLE_ID: ' ', PATH: '' };
    dropUnsetSecrets(unset);
    expect(unset).toEqual({ WIN_CSC_LINK: 'cert', PATH: '' });
  });

  test('hands on all that is built, with checksums of it, to a draft that a tag begins', () => {
    const config = readFileSync(new URL('build/packages/config.mjs', root), 'utf8');
    const output = /directories: \{ output: '([^']+)'/.exec(config)?.[1] ?? '';
    const paths = packages.find(({ uses = '' }) => uses.startsWith('actions/upload-artifact@'))?.with?.['path'];
    expect(paths?.trim().split('\n')).toEqual([`${output}/micro-desktop-*`, `${output}/latest*.yml`]);
    expect(config).toContain("artifactName: '${name}-");
    expect(draft?.needs).toBe('packages');
    expect(draft?.permissions).toEqual({ contents: 'write' });
    expect(draft?.if).toContain('refs/tags/');
    const run = draft?.steps.map((step) => step.run ?? '').join('\n') ?? '';
    // In a pipe the list may be there before the shell has looked which files there are.
    expect(run).toContain('sha256sum -- * > ../SHA256SUMS');
    expect(run).toMatch(/gh release create .*packages\/\* --draft/);
  });
});

describe('what installed apps read to find a newer one', () => {
  const info = (...urls: string[]): string =>
    ['version: 1.2.0', 'files:', ...urls.flatMap((url) => [`  - url: ${url}`, '    sha512: abc', '    size: 1'])].join(
      '\n',
    );

  test('names the packages of all targets of a system, though each is packed on its own', async () => {
    const { mergedUpdateInfo } = await module<{ mergedUpdateInfo: (earlier: string, later: string) => string }>(
      'build/lib/updateInfo.mjs',
    );
    const urls = (text: string): string[] => (parse(text) as { files: { url: string }[] }).files.map(({ url }) => url);
    const two = mergedUpdateInfo(info('a.AppImage'), info('a.deb'));
    expect(urls(mergedUpdateInfo(two, info('a.rpm')))).toEqual(['a.AppImage', 'a.deb', 'a.rpm']);
    expect(urls(mergedUpdateInfo(two, info('a.deb')))).toEqual(['a.AppImage', 'a.deb']);
    // macOS updates by the zip.
    expect(urls(mergedUpdateInfo(info('a.dmg'), info('a.zip')))).toEqual(['a.zip', 'a.dmg']);
    // What is left of another version is no part of this one.
    expect(urls(mergedUpdateInfo(two.replace('1.2.0', '1.1.0'), info('a.rpm')))).toEqual(['a.rpm']);
  });
});
