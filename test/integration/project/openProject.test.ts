import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpenProject } from '../../../electron/server/project/openProject.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let folder: string;
let project: OpenProject;

const manifest = (...services: string[]): string =>
  `name: shop\nservices:\n${services.map((name) => `  ${name}:\n    run: node .\n`).join('')}`;
const names = (): string[] => project.manifest.services.map(({ name }) => name);

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'micro-open-project-')), 'shop');
  await mkdir(folder);
  await writeFile(join(folder, 'micro.yaml'), manifest('web'));
});

afterEach(async () => {
  project.dispose();
  await rm(join(folder, '..'), { recursive: true });
});

async function open(clock = new FakeClock()): Promise<FakeClock> {
  project = new OpenProject(folder, 0, clock);
  await project.load();
  project.watch();
  return clock;
}

/** Time passes in small steps until the services are these. */
async function passUntil(clock: FakeClock, services: string[]): Promise<void> {
  await waitFor(`the services ${services.join()}`, async () => {
    if (names().join() === services.join()) return true;
    await clock.advance(100);
    return names().join() === services.join();
  });
}

it('a saved manifest is read when the system has told of it and it has settled, long before the next look', async () => {
  const clock = await open();
  expect(clock.pendingTimers).toBe(1);
  await writeFile(join(folder, 'micro.yaml'), manifest('web', 'cart'));
  await waitFor('the system to tell', () => clock.pendingTimers === 2);
  await clock.advance(100);
  await waitFor('the other service', () => names().length === 2);
});

it('a manifest in a folder that took the place of the one before is followed', async () => {
  const clock = await open();
  await rename(folder, `${folder}-old`);
  await mkdir(folder);
  await writeFile(join(folder, 'micro.yaml'), manifest('web', 'cart'));
  await passUntil(clock, ['web', 'cart']);
  await writeFile(join(folder, 'micro.yaml'), manifest('mail'));
  await passUntil(clock, ['mail']);
});

it('a folder that is gone is a problem until it is back', async () => {
  const clock = await open();
  await rename(folder, `${folder}-away`);
  await clock.advance(3_000);
  await waitFor('the problem', async () => {
    await clock.advance(500);
    return project.problem !== undefined;
  });
  await rename(`${folder}-away`, folder);
  await waitFor('the problem to be gone', async () => {
    await clock.advance(500);
    return project.problem === undefined;
  });
  expect(names()).toEqual(['web']);
});

it('nothing is set any more once it is closed', async () => {
  const clock = await open();
  project.dispose();
  expect(clock.pendingTimers).toBe(0);
});
