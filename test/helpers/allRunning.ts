import type { LaunchedApp } from './electronApp.ts';
import { statusOf } from './serverApi.ts';
import { waitFor } from './waitFor.ts';

/** Resolves when the app's server has `count` services and all of them run. */
export async function allRunning(app: LaunchedApp, count: number): Promise<void> {
  const server = await app.server();
  await waitFor(
    `${count} services to run`,
    async () => {
      const seen = [...(await statusOf(server)).values()];
      return seen.length === count && seen.every((service) => service.status === 'STATUS_RUNNING');
    },
    60_000,
  );
}
