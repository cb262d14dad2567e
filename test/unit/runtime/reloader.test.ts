import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';
import type { InstanceHost } from '../../../electron/server/runtime/instanceHost.ts';
import { Reloader } from '../../../electron/server/runtime/reloader.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let clock: FakeClock;
let folder: string;
/** What was asked of the service, in its order. */
let asked: string[];
let canBeginEarly: boolean;
let change: (name: string) => void;
let reloader: Reloader;

beforeEach(async () => {
  clock = new FakeClock();
  folder = await tempFolder('reloader');
  asked = [];
  canBeginEarly = true;
  const watch = { include: [], ignore: [], debounceMs: 100, adaptive: true };
  const spec = { name: 'web', kind: 'service', folder, projectFolder: folder, reload: 'restart', watch };
  let isWatched = false;
  const watcher: InstanceHost['watcher'] = {
    watch: ({ onChange }) => {
      change = (name) => onChange({ path: join(folder, name), kind: 'change' });
      isWatched = true;
      return Promise.resolve({ fileCount: 1, changedSince: () => Promise.resolve([]), dispose: () => {} });
    },
  };
  reloader = new Reloader({ clock, watcher, home: '/nowhere', notify: () => {} } as unknown as InstanceHost, {
    spec: () => spec as unknown as ServiceSpec,
    canBeginEarly: () => canBeginEarly,
    beginEarly: (cause) => asked.push(`early: ${cause}`),
    stayUp: () => asked.push('stay up'),
    reload: (cause) => {
      asked.push(`reload: ${cause}`);
      return Promise.resolve({ outcome: 'restarted' });
    },
    changed: () => {},
  });
  reloader.arm();
  await waitFor('it watches', () => isWatched && reloader.state.state === 'watching');
});

const reloads = (): string[] => asked.filter((text) => text.startsWith('reload'));
/** Lets time pass until the service was reloaded so often. */
const reloaded = (count: number): Promise<unknown> =>
  waitFor(`${count} reloads`, async () => {
    await clock.advance(50);
    return reloads().length === count && reloader.state.state === 'watching';
  });

describe('a service that is restarted for a save', () => {
  test('begins to stop while the files settle', async () => {
    change('main.js');
    await waitFor('its stop', () => asked.length > 0);
    expect(asked).toEqual(['early: main.js changed']);
    await reloaded(1);
    expect(asked).toEqual(['early: main.js changed', 'reload: main.js changed']);
  });

  test('is reloaded once for many files, also when it stopped for the first of them', async () => {
    change('a.js');
    await waitFor('its stop', () => asked.length > 0);
    for (const name of ['b.js', 'c.js', 'd.js']) change(name);
    await reloaded(1);
    expect(asked).toEqual(['early: a.js changed', 'reload: 4 files changed (a.js, …)']);
  });

  test('does not stop early when more than one file has changed by then', async () => {
    change('a.js');
    change('b.js');
    await reloaded(1);
    expect(asked).toEqual(['reload: 2 files changed (a.js, …)']);
  });

  test('goes on serving while git changes the tree', async () => {
    await mkdir(join(folder, '.git'));
    await writeFile(join(folder, '.git', 'index.lock'), '');
    change('main.js');
    await clock.advance(1000);
    expect(asked).toEqual([]);
    await rm(join(folder, '.git', 'index.lock'));
    await reloaded(1);
    expect(asked).toEqual(['reload: main.js changed']);
  });

  test('serves on when it is built first, or nothing runs', async () => {
    canBeginEarly = false;
    change('main.js');
    await reloaded(1);
    expect(asked).toEqual(['reload: main.js changed']);
  });

  test('is up again when reloading is paused before the files have settled', async () => {
    change('main.js');
    await waitFor('its stop', () => asked.length > 0);
    reloader.pause();
    await clock.advance(1000);
    expect(asked).toEqual(['early: main.js changed', 'stay up']);
  });

  test('stays up while it is looked at whether it writes the file itself', async () => {
    // The rhythm of a program: forty reloads, each a moment after the other.
    let heldBack = false;
    for (let round = 1; round <= 42 && !heldBack; round++) {
      const before = reloads().length;
      asked = [];
      change('state.json');
      heldBack = asked.includes('stay up');
      if (!heldBack) await reloaded(1);
      expect(before).toBeLessThanOrEqual(1);
      await clock.advance(200);
    }
    expect(heldBack).toBe(true);
    expect(asked.filter((text) => text.startsWith('stop'))).toEqual([]);
  });
});
