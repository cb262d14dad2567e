import type { Client } from 'pg';
import { type Clock, sleep, systemClock } from '../base/clock.ts';

/** ms for a database to take leave of a connection; one that hangs never does. */
const LEAVE_MS = 1_000;

/** Ends a connection, in order where the database still takes part. Never rejects. */
export async function endPostgresClient(client: Client, clock: Clock = systemClock): Promise<void> {
  const given = new AbortController();
  const ended = client.end().catch(() => {});
  await Promise.race([ended, sleep(clock, LEAVE_MS, given.signal).catch(() => {})]);
  given.abort();
  // Not in its types; without it a connection to a database that hangs would stay open with this process.
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } };
  connection?.stream?.destroy();
}
