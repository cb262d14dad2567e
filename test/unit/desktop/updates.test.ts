import { expect, test, describe } from 'vitest';
import { feedUrl, installProblem } from '../../../electron/desktop/updateSource.ts';
import { type Updater, Updates } from '../../../electron/desktop/updates.ts';

const appImage = (path: string) => ({
  platform: 'linux' as const,
  appImage: path,
  packageType: undefined,
  folder: '/tmp/.mount_x',
});

/** An app with an updater that does as told, and what came of it. */
function fixture(options: { found?: string; problem?: string; download?: Error; running?: string[]; yes?: boolean }) {
  const done: string[] = [];
  const updater: Updater = {
    check: async () => options.found,
    download: async () => {
      done.push('download');
      if (options.download) throw options.download;
    },
    install: () => done.push('install'),
  };
  const updates = new Updates({
    updater: async () => updater,
    installProblem: async () => options.problem,
    servicesInTheWay: async () => options.running ?? [],
    tell: async ({ text, detail }) => {
      done.push(`${text} ${detail}`.trim());
      return options.yes ?? false;
    },
    restart: async (install) => {
      done.push('restart');
      install();
    },
    log: { info: () => {}, warn: () => {} },
  });
  return { updates, done };
}

describe('DT-04 an update', () => {
  test('that could not be installed is not downloaded, and what to do is said', async () => {
    const where = '/opt/Micro.AppImage';
    const problem = await installProblem(appImage(where), async (path) => path !== '/opt');
    expect(problem).toContain('/opt/Micro.AppImage cannot be replaced');
    expect(problem).toContain('Move it to a folder of yours');
    const { updates, done } = fixture({ found: '2.0.0', problem: problem ?? '' });
    await updates.check(false);
    expect(done).toEqual([`Version 2.0.0 is there, and cannot be installed by the app. ${problem}`]);
  });

  test('is possible in a folder of the user, by the package manager, and not for an unpacked archive', async () => {
    expect(await installProblem(appImage('/home/ann/Micro.AppImage'), async () => true)).toBeUndefined();
    const installed = { ...appImage(''), appImage: undefined };
    expect(await installProblem({ ...installed, packageType: 'deb' }, async () => false)).toBeUndefined();
    expect(await installProblem(installed, async () => true)).toContain('unpack the new version');
    const mac = { ...installed, platform: 'darwin' as const, folder: '/Volumes/Micro' };
    expect(await installProblem(mac, async () => false)).toContain('/Volumes/Micro');
    expect(await installProblem({ ...installed, platform: 'win32' }, async () => false)).toBeUndefined();
  });

  test('that fails is told once it was announced, and nothing is installed', async () => {
    const { updates, done } = fixture({ found: '2.0.0', download: new Error('sha512 checksum mismatch\nat x') });
    await updates.check(false);
    expect(done[0]).toBe('download');
    expect(done[1]).toContain('Version 2.0.0 was not installed. sha512 checksum mismatch');
    expect(done[1]).toContain('your services run on');
    expect(done).toHaveLength(2);
  });

  test('waits while services run that its installation would end', async () => {
    const { updates, done } = fixture({ found: '2.0.0', running: ['web'], yes: true });
    await updates.check(true);
    expect(done[1]).toContain('web runs now');
    expect(done).not.toContain('install');
  });

  test('is installed when the user says so, and fetched once however often it is asked for', async () => {
    const later = fixture({ found: '2.0.0' });
    await later.updates.check(true);
    await later.updates.check(true);
    expect(later.done.filter((each) => each === 'download')).toHaveLength(1);
    expect(later.done).not.toContain('restart');
    const now = fixture({ found: '2.0.0', yes: true });
    await now.updates.check(true);
    expect(now.done.slice(-2)).toEqual(['restart', 'install']);
  });

  test('that is not there is told to who asked, and to nobody else', async () => {
    const { updates, done } = fixture({});
    await updates.check(false);
    expect(done).toEqual([]);
    await updates.check(true);
    expect(done).toEqual(['This is the newest version.']);
  });
});

test('a feed is https, or http on this machine alone', () => {
  expect(feedUrl('https://example.com/releases')).toBe('https://example.com/releases');
  expect(feedUrl('http://127.0.0.1:8000/')).toBe('http://127.0.0.1:8000/');
  for (const text of [undefined, '', 'http://example.com/', 'file:///tmp', 'releases'])
    expect(feedUrl(text)).toBeUndefined();
});
