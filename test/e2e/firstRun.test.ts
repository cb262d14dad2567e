import { afterEach, describe, expect, test } from 'vitest';
import { type LaunchedApp, launchApp, processesOfHome } from '../helpers/electronApp.ts';
import { writeSampleProject } from '../helpers/sampleProject.ts';
import { statusOf } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const services = [{ name: 'web', dependsOn: ['orders'] }, { name: 'orders', dependsOn: ['stock'] }, { name: 'stock' }];

describe('the main job in a real window', () => {
  test('open, run, kill one from outside, see it back, read its log, stop all: nothing is left alive', async () => {
    const folder = await writeSampleProject(await tempFolder('shop'), 'trio', services);
    launched = await launchApp({ args: ['--project', folder] });
    const { page, home } = launched;
    const server = await launched.server();

    // The window shows what runs.
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Services').click();
    const row = (name: string) =>
      page.getByRole('grid', { name: 'Services' }).getByRole('row').filter({ hasText: name });
    for (const { name } of services) await row(name).getByText('running', { exact: true }).waitFor();

    // Killed from outside, it comes back by itself, and the window says so.
    const before = (await statusOf(server)).get('orders');
    process.kill(before?.instances?.[0]?.pid as number, 'SIGKILL');
    const after = await waitFor('orders to be back', async () => {
      const seen = (await statusOf(server)).get('orders');
      return seen?.restarts === 1 && seen.status === 'STATUS_RUNNING' ? seen : undefined;
    });
    expect(after.instances?.map((instance) => instance.pid)).not.toContain(before?.instances?.[0]?.pid);
    await row('orders').getByText(String(after.instances?.[0]?.pid)).waitFor();
    await row('orders').getByText('running', { exact: true }).waitFor();

    // Its log has both lives.
    await row('orders').dblclick();
    await page.getByText('orders listens').first().waitFor();

    // Stop all, and nothing of them is left.
    await page.getByRole('button', { name: 'Stop all' }).click();
    for (const { name } of services) await row(name).getByText('stopped', { exact: true }).waitFor();
    const left = (await processesOfHome(home)).filter((seen) => seen.command.includes('service.cjs'));
    expect(left).toEqual([]);

    await launched.quit();
    expect(await waitFor('every process to end', async () => (await processesOfHome(home)).length === 0)).toBe(true);
    expect(launched.pageErrors).toEqual([]);
  });

  test('a server that is killed comes back, with one copy of each service, and the window follows', async () => {
    const folder = await writeSampleProject(await tempFolder('shop'), 'trio', services);
    launched = await launchApp({ args: ['--project', folder] });
    const { page, home } = launched;
    const first = await launched.server();
    const allRunning = async (server: typeof first): Promise<boolean> => {
      const seen = [...(await statusOf(server)).values()];
      return seen.length === services.length && seen.every((service) => service.status === 'STATUS_RUNNING');
    };
    await waitFor('all services to run', () => allRunning(first), 40_000);

    process.kill(first.pid, 'SIGKILL');
    const second = await waitFor(
      'another server',
      async () => {
        const server = await launched?.server();
        return server && server.pid !== first.pid ? server : undefined;
      },
      40_000,
    );
    await waitFor('all services to run again', () => allRunning(second), 40_000);
    const copies = (await processesOfHome(home)).filter((seen) => seen.command.includes('service.cjs'));
    expect(copies).toHaveLength(services.length);
    await page.getByText('3 running').first().waitFor();
  });

  test('a window that dies comes back to the same page', async () => {
    const folder = await writeSampleProject(await tempFolder('shop'), 'trio', services);
    launched = await launchApp({ args: ['--project', folder] });
    const { app, page } = launched;
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Services').click();
    await page.getByRole('grid', { name: 'Services' }).waitFor();
    const pid = await app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() as number,
    );
    process.kill(pid, 'SIGKILL');
    // The driver's own connection to the page ended with it, so the app is asked; an answer may be lost meanwhile.
    const look = app.evaluate.bind(app);
    await waitFor('the page to be back', () =>
      Promise.race([
        look(
          ({ BrowserWindow }) =>
            BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
              "document.querySelector('[role=grid][aria-label=Services]') !== null",
            ) as Promise<boolean>,
        ),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1_000)),
      ]),
    );
  });
});
