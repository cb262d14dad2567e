import { afterAll, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { EngineWatch } from '../../../electron/server/host/engineState.ts';
import { PostgresLink } from '../../../electron/server/host/postgresLink.ts';
import { postgresSettings } from '../../../electron/server/host/postgresSettings.ts';
import { type Postgres, startPostgres } from '../../helpers/engines/postgres.ts';
import { waitFor } from '../../helpers/waitFor.ts';

let started: Promise<Postgres> | undefined;
afterAll(async () => (await started)?.dispose());

it('what is heard while it is asked what was missed is handed on after that', async () => {
  started ??= startPostgres();
  const settings = postgresSettings((await started).address('unused'));
  const told: string[] = [];
  const link = await PostgresLink.open({
    settings,
    clock: systemClock,
    channel: 'test',
    watch: new EngineWatch('store', 'postgres', settings.shown),
    handleNotification: (payload) => told.push(payload),
    async handleListening(query) {
      await link.read({ text: "SELECT pg_notify('test', 'newer')" });
      // Postgres hands on what was notified before this with its answer.
      await query({ text: 'SELECT 1' });
      told.push('missed');
    },
  });
  onTestFinished(() => link.close());
  await link.listen();
  await waitFor('the notification', () => told.length === 2);
  expect(told).toEqual(['missed', 'newer']);
  await link.read({ text: "SELECT pg_notify('test', 'newest')" });
  await waitFor('the next notification', () => told.length === 3);
  expect(told).toEqual(['missed', 'newer', 'newest']);
});
