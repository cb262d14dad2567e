import { execFile } from 'node:child_process';
import { access, mkdir, open, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type FreshUser,
  freshUser,
  packagedMicro,
  packagesFolder,
  type PackagedApp,
  startPackaged,
} from '../helpers/packagedApp.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const run = promisify(execFile);
/** Those that run on the app's own Node; one more is in Python, where that is installed. */
const SERVICES = ['cart', 'catalog', 'ledger', 'mailer', 'orders', 'payments', 'shopper', 'storefront'];

let user: FreshUser | undefined;
let app: PackagedApp | undefined;

afterEach(async () => {
  app?.child.kill('SIGKILL');
  for (const { pid } of (await user?.processes()) ?? []) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
  app = user = undefined;
});

async function packageNamed(ending: string): Promise<string> {
  const found = (await readdir(packagesFolder)).find((name) => name.endsWith(ending));
  if (found === undefined) throw new Error(`npm run dist left no *${ending} in ${packagesFolder}`);
  return join(packagesFolder, found);
}

/**
 * As a person would: opens the sample in the window, which runs it, asks the command line, and quits. `micro` is the command
 * line; by default that beside the running app.
 */
async function useSample(executable: string, micro: string | undefined, as: FreshUser): Promise<void> {
  app = await startPackaged(executable, as);
  micro ??= join(dirname(await readlink(`/proc/${app.child.pid}/exe`)), 'resources/bin/micro');
  expect(await app.evaluate<string>('document.title')).toContain('Micro Desktop');
  await app.clickButton('Sample project');
  let out = '';
  const running = await waitFor(
    'the sample to run',
    async () => {
      out = (await packagedMicro(micro, as, ['status', '--json'])).out;
      const { services } = JSON.parse(out) as { services: { name: string; status: string }[] };
      const running = services.filter(({ name, status }) => status === 'running' && name !== 'stock');
      const names = running.map(({ name }) => name);
      return names.length === SERVICES.length ? names.sort() : undefined;
    },
    180_000,
  ).catch((error: unknown) => {
    throw new Error(`the status: ${out}`, { cause: error });
  });
  expect(running).toEqual(SERVICES);
  // What runs is the user's own copy; what was installed stays as it is.
  await access(join(as.home, '.micro', 'sample', 'shop', 'micro.yaml'));
  // There is no Node on this PATH: the services run on the app's own.
  const exec = await packagedMicro(micro, as, ['exec', 'cart', '--', 'node', '-p', 'process.versions.electron']);
  expect(exec.out).toMatch(/^\d+\.\d+\.\d+/m);

  expect(await app.end()).toBe(0);
  await waitFor('every process to end', async () => (await as.processes()).length === 0, 60_000);
}

interface FusesModule {
  getCurrentFuseWire(executable: string): Promise<Record<string, unknown>>;
  FuseV1Options: Record<string, number>;
}

describe('what was built, as a user without Node', async () => {
  test('the archive, unpacked where the path has a space and an umlaut, runs the sample and quits with nothing left', async () => {
    const folder = await tempFolder('archive');
    user = await freshUser(folder);
    const place = join(folder, 'meine Äpp');
    await mkdir(place);
    await run('tar', ['-xzf', await packageNamed('.tar.gz'), '-C', place, '--strip-components=1']);
    await useSample(join(place, 'micro-desktop'), join(place, 'resources/bin/micro'), user);
    // DT-08: no package manager told the system who opens links, so the app did.
    const links = join(user.home, '.local/share/applications/micro-desktop-links.desktop');
    expect(await readFile(links, 'utf8')).toContain(`Exec="${place}/micro-desktop" %U`);

    // The command line opens the window, with a project.
    await packagedMicro(join(place, 'resources/bin/micro'), user, ['open', join(user.home, '.micro/sample/shop')]);
    const log = join(user.home, '.micro/logs/desktop.log');
    await waitFor(
      'the window',
      async () => ((await readFile(log, 'utf8')).match(/ info started: /g)?.length ?? 0) > 1,
      60_000,
    );
  });

  test('the first start offers the micro command, which works in a shell of the user until the app is taken away', async () => {
    const folder = await tempFolder('command');
    user = await freshUser(folder);
    // Where the login files of most systems have it once the folder is there.
    user.env['PATH'] = `${join(user.home, '.local/bin')}:${user.env['PATH']}`;
    const { env, home } = user;
    const shell = (line: string) => run('sh', ['-c', line], { env, cwd: home });
    const place = join(folder, 'app');
    await mkdir(place);
    await run('tar', ['-xzf', await packageNamed('.tar.gz'), '-C', place, '--strip-components=1']);
    const first = (app = await startPackaged(join(place, 'micro-desktop'), user));
    const textOf = () =>
      first.evaluate<string | undefined>(`document.querySelector('[aria-label="The micro command"]')?.innerText`);
    expect(await waitFor('the offer', textOf)).toContain('Make micro a command?');
    // It is on the screen, and nothing is in front of it.
    const seen = `(() => {
      const button = [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === 'Install micro');
      const { x, y, width, height } = button.getBoundingClientRect();
      return button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    })()`;
    expect(await first.evaluate<boolean>(seen)).toBe(true);
    await expect(shell('micro version')).rejects.toThrow();

    await first.clickButton('Install micro');
    await waitFor('what came of it', async () => (await textOf())?.includes('micro is a command now'));
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await shell('micro version')).stdout).toContain(version);
    await first.clickButton('Close');
    await waitFor('the offer to go', async () => (await textOf()) === undefined);
    expect(await first.end()).toBe(0);

    // What is there is not offered again.
    app = await startPackaged(join(place, 'micro-desktop'), user);
    expect(await app.evaluate<boolean>('window.micro.isCommandOffered()')).toBe(false);
    expect(await app.end()).toBe(0);
    await rm(place, { recursive: true });
    await expect(shell('micro version')).rejects.toMatchObject({ code: 127 });
  });

  test('the deb installs, runs the sample, and leaves nothing but the data of the user when it is removed', async () => {
    const folder = await tempFolder('deb');
    user = await freshUser(folder);
    const root = join(folder, 'root');
    const database = join(root, 'var/lib/dpkg');
    for (const name of ['info', 'updates']) await mkdir(join(database, name), { recursive: true });
    await run('touch', [join(database, 'status'), join(database, 'available')]);
    // The scripts run here, told of the root; what the package needs of Debian is on this machine, not in that root.
    const dpkg = (args: string[]) =>
      run('dpkg', [`--root=${root}`, '--force-depends', '--force-not-root', '--force-script-chrootless', ...args]);
    await dpkg(['-i', await packageNamed('.deb')]);

    const installed = join(root, 'opt/Micro Desktop');
    expect(await readlink(join(root, 'usr/bin/micro'))).toBe('/opt/Micro Desktop/resources/bin/micro');
    expect(await readlink(join(root, 'usr/bin/micro-desktop'))).toBe('/opt/Micro Desktop/micro-desktop');
    const entry = await readFile(join(root, 'usr/share/applications/micro-desktop.desktop'), 'utf8');
    expect(entry).toMatch(/^MimeType=.*x-scheme-handler\/micro;/m);
    expect(entry).toMatch(/^MimeType=.*application\/x-micro-manifest;/m);
    expect(entry).toMatch(/^Exec="\/opt\/Micro Desktop\/micro-desktop" %U$/m);
    expect(await readFile(join(root, 'usr/share/mime/packages/micro-desktop.xml'), 'utf8')).toContain('micro.yaml');
    expect((await stat(join(root, 'usr/share/icons/hicolor/256x256/apps/micro-desktop.png'))).size).toBeGreaterThan(0);
    await useSample(join(installed, 'micro-desktop'), join(installed, 'resources/bin/micro'), user);

    await dpkg(['-r', 'micro-desktop']);
    const left = (await readdir(root, { recursive: true, withFileTypes: true })).filter((file) => !file.isDirectory());
    expect(left.map((file) => join(file.parentPath, file.name)).filter((file) => !file.startsWith(database))).toEqual(
      [],
    );
    await access(join(user.home, '.micro', 'sample', 'shop', 'micro.yaml'));
  });

  const packages = await readdir(packagesFolder);
  const has = (ending: string): boolean => packages.some((name) => name.endsWith(ending));

  test.skipIf(!has('.AppImage'))('the AppImage is one of type 2, whose file system is where it says', async () => {
    const image = await packageNamed('.AppImage');
    const offset = Number((await run(image, ['--appimage-offset'])).stdout);
    const file = await open(image);
    try {
      const { buffer: mark } = await file.read(Buffer.alloc(3), 0, 3, 8);
      expect([...mark]).toEqual([0x41, 0x49, 0x02]);
      const { buffer: begin } = await file.read(Buffer.alloc(4), 0, 4, offset);
      expect(begin.toString('latin1')).toBe('hsqs');
    } finally {
      await file.close();
    }
    const folder = await tempFolder('appimage');
    await run(image, ['--appimage-extract', '*.desktop'], { cwd: folder });
    expect(await readdir(join(folder, 'squashfs-root'))).toEqual(['micro-desktop.desktop']);
    const wrong = run(image, ['--appimage-nonsense']);
    await expect(wrong).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--appimage-help') as unknown,
    });
  });

  test.skipIf(!has('.AppImage'))(
    'the AppImage runs the sample, mounted or unpacked, and quits with nothing left',
    async () => {
      const folder = await tempFolder('appimage');
      user = await freshUser(folder);
      const temporary = join(folder, 'tmp');
      await mkdir(temporary);
      user.env['TMPDIR'] = temporary;
      const image = await packageNamed('.AppImage');
      await useSample(image, undefined, user);
      expect((await readdir(temporary)).filter((name) => /mount|appimage/.test(name))).toEqual([]);
      // The system starts the file itself for links, not what was mounted a moment ago.
      const links = join(user.home, '.local/share/applications/micro-desktop-links.desktop');
      expect(await readFile(links, 'utf8')).toContain(`Exec="${image}" %U`);

      user.env['APPIMAGE_EXTRACT_AND_RUN'] = '1';
      app = await startPackaged(image, user);
      expect((await readdir(temporary)).filter((name) => name.startsWith('appimage-'))).toHaveLength(1);
      expect(await app.end()).toBe(0);
      await waitFor('every process to end', async () => (await user?.processes())?.length === 0, 60_000);
      expect((await readdir(temporary)).filter((name) => /mount|appimage/.test(name))).toEqual([]);
    },
  );

  test.skipIf(!has('.rpm'))(
    'the rpm installs, runs the sample, and leaves nothing but the data of the user when it is removed',
    async () => {
      const folder = await tempFolder('rpm');
      user = await freshUser(folder);
      const root = join(folder, 'root');
      await mkdir(root);
      const file = await packageNamed('.rpm');
      const rpm = async (...args: string[]) => (await run('rpm', [`--root=${root}`, ...args])).stdout;
      await rpm('--initdb');
      const own = join(root, (await run('rpm', ['--eval', '%{_dbpath}'])).stdout.trim());
      // In another root rpm would look for a shell there; its scripts run here, told of the root as dpkg tells them.
      const script = async (name: string, argument: string): Promise<void> => {
        const text = (await run('rpm', ['-qp', '--queryformat', `%{${name}}`, file])).stdout;
        expect(text).toContain('/opt/Micro Desktop');
        await run('sh', ['-c', text, 'script', argument], { env: { ...process.env, DPKG_ROOT: root } });
      };
      await rpm('-i', '--nodeps', '--noscripts', file);
      await script('POSTIN', '1');

      const installed = join(root, 'opt/Micro Desktop');
      expect(await rpm('-q', '--queryformat', '%{NAME} %{LICENSE}', 'micro-desktop')).toBe('micro-desktop MIT');
      expect(await readlink(join(root, 'usr/bin/micro'))).toBe('/opt/Micro Desktop/resources/bin/micro');
      const entry = await readFile(join(root, 'usr/share/applications/micro-desktop.desktop'), 'utf8');
      expect(entry).toMatch(/^MimeType=.*x-scheme-handler\/micro;/m);
      await useSample(join(installed, 'micro-desktop'), join(installed, 'resources/bin/micro'), user);

      // An update removes the old version after the new one is there: what both have stays.
      await script('POSTUN', '1');
      await access(join(installed, 'resources/bin/micro'));
      expect(await readlink(join(root, 'usr/bin/micro'))).toBe('/opt/Micro Desktop/resources/bin/micro');
      await rpm('-e', '--noscripts', 'micro-desktop');
      await script('POSTUN', '0');
      const left = (await readdir(root, { recursive: true, withFileTypes: true })).filter(
        (each) => !each.isDirectory(),
      );
      expect(left.map((each) => join(each.parentPath, each.name)).filter((each) => !each.startsWith(own))).toEqual([]);
      await expect(access(join(root, 'opt/Micro Desktop'))).rejects.toThrow();
      await access(join(user.home, '.micro', 'sample', 'shop', 'micro.yaml'));
    },
  );

  test('licences of everything inside lie beside it, and no library of the page among its packages', async () => {
    const unpacked = join(packagesFolder, 'linux-unpacked');
    const licences = await readFile(join(unpacked, 'THIRD-PARTY.txt'), 'utf8');
    for (const name of ['react', 'lmdb', '@lydell/node-pty', '@mantine/core', 'elkjs', 'electron-updater']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+`, 'm'));
    }
    await access(join(unpacked, 'LICENSES.chromium.html'));
    const packages = await readdir(join(unpacked, 'resources/app.asar.unpacked/node_modules'));
    expect(packages).toContain('lmdb');
    for (const name of ['react', 'react-dom', '@mantine', '@xyflow', 'electron', 'vite'])
      expect(packages).not.toContain(name);
  });

  test('the switches of the executable are what docs/security.md says', async () => {
    const { getCurrentFuseWire, FuseV1Options } = (await import('@electron/fuses')) as unknown as FusesModule;
    const { fuses } = (await import('../../build/packages/config.mjs' as string)) as { fuses: Record<string, boolean> };
    const wire = await getCurrentFuseWire(join(packagesFolder, 'linux-unpacked/micro-desktop'));
    const read = Object.keys(fuses).map((name) => {
      const index = FuseV1Options[name[0]?.toUpperCase() + name.slice(1)];
      return [name, wire[String(index)] === '1'.charCodeAt(0)];
    });
    expect(Object.fromEntries(read)).toEqual(fuses);
    const document = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
    for (const [name, on] of Object.entries(fuses)) {
      expect(document).toContain(`| \`${name}\` | ${on ? 'on' : 'off'} |`);
    }
  });
});
