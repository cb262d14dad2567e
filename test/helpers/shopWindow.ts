import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LaunchedApp, launchApp } from './electronApp.ts';
import { statusOf } from './serverApi.ts';
import { tempFolder } from './tempFolder.ts';
import { waitFor } from './waitFor.ts';

/** Services of the sample project that a test waits for: enough that each line between services has calls. */
const RUNNING = 7;

/** Opens the sample project in a window, in a folder of its own, so that nothing is written into the checkout. */
export async function openShop(): Promise<{ launched: LaunchedApp; folder: string }> {
  const folder = join(await tempFolder('shop'), 'shop');
  await cp(fileURLToPath(new URL('../../examples/shop', import.meta.url)), folder, { recursive: true });
  const launched = await launchApp({ args: ['--project', folder] });
  const server = await launched.server();
  await waitFor(
    'the shop to run',
    async () =>
      [...(await statusOf(server)).values()].filter(({ status }) => status === 'STATUS_RUNNING').length >= RUNNING,
    90_000,
  );
  return { launched, folder };
}
