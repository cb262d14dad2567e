import { afterEach, describe, expect, test } from 'vitest';
import { type EnvironmentServer, startEnvironmentServer, writeWhereProject } from '../helpers/environmentServers.ts';
import { type Engine } from '../helpers/engines/engineProcess.ts';
import { startEtcd } from '../helpers/engines/etcd.ts';
import { startPostgres } from '../helpers/engines/postgres.ts';
import { type LaunchedApp, launchApp } from '../helpers/electronApp.ts';
import { microProcess } from '../helpers/microProcess.ts';
import { addRemote, type RemoteServer, startRemoteServer } from '../helpers/remoteServer.ts';
import { layeredServices, writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takePictures } from '../helpers/pictures.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;
let remote: RemoteServer | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  await remote?.stop();
  launched = undefined;
  remote = undefined;
});

describe('environments in the window', () => {
  test('are added with a test of the way, switched to, worked on, compared and taken out', async () => {
    const here = await writeSampleProject(await tempFolder('here'), 'here', layeredServices(1));
    const there = await writeSampleProject(await tempFolder('there'), 'there', layeredServices(2));
    remote = await startRemoteServer(['--project', there]);
    const token = (JSON.parse(await readFile(join(remote.home, 'server.json'), 'utf8')) as { token: string }).token;
    const direct = { proxy: remote.proxy, token };
    launched = await launchApp({ args: ['--project', here] });
    const { page, home } = launched;
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph').waitFor();

    // The empty page teaches; the test finds the certificate that nobody vouches for.
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Environments').click();
    await page.getByText('The same window, on another server').waitFor();
    await takePictures(page, 'environments-empty');
    await page.getByRole('button', { name: 'Add environment' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('prod');
    await form.getByLabel('Address').fill(remote.api);
    await form.getByLabel('Account').fill('admin');
    await form.getByLabel('Secret', { exact: true }).fill(remote.secret);
    await form.getByRole('button', { name: 'Test the connection' }).click();
    await form.getByText(/nobody that is trusted here signed/).waitFor();
    await takePictures(page, 'environments-add');
    await form.getByRole('button', { name: 'Trust this certificate' }).click();
    await form.getByText(/the certificate that was trusted/).waitFor();
    await form.getByRole('button', { name: 'Add', exact: true }).click();

    const card = page.getByRole('region', { name: 'prod' });
    await card.getByText(/micro \d/).waitFor();
    await card.getByRole('button', { name: 'Test' }).click();
    await card.getByText(/checks/).waitFor();
    await takePictures(page, 'environments-list');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/Services · \d+ different/).waitFor();
    await takePictures(page, 'environments-compare');
    await page.getByRole('button', { name: 'Compare' }).click();

    // Everything is the other server's now, and says so.
    await card.getByRole('button', { name: 'Switch to it' }).click();
    await page.getByTitle(/^Environment prod: connected/).waitFor();
    await waitFor('the title', async () => (await page.title()).endsWith('· prod'));
    const names = [...(await statusOf(direct)).keys()];
    const name = names[0] as string;
    await waitFor('its services', async () => (await statusOf(direct)).get(name)?.status === 'STATUS_RUNNING', 60_000);
    await page.keyboard.press('s');
    await page.getByRole('main', { name: 'Services' }).getByText(name, { exact: true }).first().waitFor();
    await takePictures(page, 'environments-services');
    // No token of the other server is anywhere in the page.
    const login = JSON.parse(await readFile(join(home, 'logins', 'prod.json'), 'utf8')) as { accessToken: string };
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept + (await page.content())).not.toContain(login.accessToken);
    // Its log comes through as well.
    await page.keyboard.press('l');
    await page.getByRole('main', { name: 'Logs' }).getByText(name).first().waitFor();

    // Stopping there asks for the name, here it does not.
    await page.getByRole('button', { name: 'Stop all' }).click();
    const question = page.getByRole('dialog').filter({ hasText: 'Type prod to go on' });
    await takePictures(page, 'environments-ask');
    const goOn = question.getByRole('button', { name: 'Go on' });
    expect(await goOn.isDisabled()).toBe(true);
    await question.getByLabel('Type prod to go on').fill('prod');
    await goOn.click();
    await waitFor('the end of all', async () =>
      [...(await statusOf(direct)).values()].every(({ status }) => status === 'STATUS_STOPPED'),
    );

    // Back on this machine; the command line knows what the window added.
    await page.getByTitle(/^Environment prod/).click();
    await page.getByRole('button', { name: 'local', exact: true }).click();
    await page.getByTitle(/^Environment local: connected/).waitFor();
    const listed = await microProcess(['env', '--json'], { home });
    expect(listed.out).toContain('"account":"admin"');
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Environments').click();
    await card.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The same window, on another server').waitFor();
    expect(launched.pageErrors).toEqual([]);
  });

  test('of several servers show their engines, and which server runs what', async () => {
    const engines: Engine[] = [];
    const others: EnvironmentServer[] = [];
    try {
      const [postgres, etcd] = await Promise.all([startPostgres(), startEtcd()]);
      engines.push(postgres, etcd);
      const args = ['--store', postgres.address('window'), '--registry', etcd.address('window')];
      const own = ['--server-name', 'first', '--advertise-host', '127.0.0.1'];
      remote = await startRemoteServer([...args, ...own]);
      const second = await startEnvironmentServer('second', args);
      others.push(second);
      launched = await launchApp();
      const { page, home } = launched;
      await addRemote(home, 'shared', remote);
      const words = ['--environment', 'shared', '--yes', 'shared'];
      expect(await microProcess(['run', await writeWhereProject('places'), ...words], { home })).toMatchObject({
        code: 0,
      });
      await page.getByRole('navigation', { name: 'Pages' }).getByText('Environments').click();
      const card = page.getByRole('region', { name: 'shared', exact: true });
      const kept = card.getByRole('region', { name: 'Engines' });
      await kept.getByRole('row', { name: /^store postgres 15.* there/ }).waitFor();
      await kept.getByRole('row', { name: /^registry etcd .* there/ }).waitFor();
      const servers = card.getByRole('region', { name: 'Servers' });
      await servers.getByRole('row', { name: /^first.* where$/ }).waitFor();
      await servers.getByRole('row', { name: /^second.* nothing$/ }).waitFor();
      await takePictures(page, 'environments-servers');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('row', { name: 'servers 1 2' }).waitFor();
      await takePictures(page, 'environments-servers-compare');
      await page.getByRole('button', { name: 'Compare' }).click();
      // An engine that goes away is told, with since when and why.
      await etcd.stop('SIGKILL');
      await kept.getByRole('row', { name: /^registry etcd .* away/ }).waitFor();
      await takePictures(page, 'environments-engine-away');
    } finally {
      for (const { server } of others) await server.stop();
      await remote?.stop();
      remote = undefined;
      for (const engine of engines) await engine.dispose();
    }
  }, 180_000);
});
