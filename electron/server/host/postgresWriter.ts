import { randomInt } from 'node:crypto';
import type { Client, QueryResultRow } from 'pg';
import { type Clock, sleep } from '../base/clock.ts';
import { endPostgresClient } from './endPostgresClient.ts';
import type { EngineWatch } from './engineState.ts';
import { FIRST_PAUSE_MS, longerPause } from './enginePauses.ts';
import type { Statement } from './postgresStatement.ts';

/** What {@link PostgresWriter} works with. */
export interface PostgresWriterOptions {
  clock: Clock;
  /** The channel of notifications that it listens to. */
  channel: string;
  watch: EngineWatch;
  makeClient(): Client;
  handleNotification(payload: string): void;
  /**
   * A new connection listens, so notifications may have been missed. Awaited before it is used, and before anything that it
   * hears is handed on.
   */
  handleListening(query: (statement: Statement) => Promise<QueryResultRow[]>): Promise<void>;
}

/**
 * The one connection that writes, and listens. Postgres gives it the notifications of its own commits before their answer, and
 * those of others in the order of the commits; so what is heard is one sequence, the same for every server. Once lost, it is
 * made anew soon, as others write too and want to be heard.
 */
export class PostgresWriter {
  private current: Client | undefined;
  private connecting: Promise<Client> | undefined;
  private keepingUp = false;
  private isClosed = false;
  /** The lock that one of the connections of this server has; nobody else's. */
  private readonly lock = [randomInt(2 ** 31 - 1), randomInt(2 ** 31 - 1)];

  constructor(private readonly options: PostgresWriterOptions) {}

  /** It was lost, and is tried for again and again. */
  get isTrying(): boolean {
    return this.keepingUp;
  }

  /** The connection, where there is one. */
  get client(): Client | undefined {
    return this.current;
  }

  /** The connection, made where there is none. */
  obtain(): Promise<Client> {
    if (this.current) return Promise.resolve(this.current);
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  /** The connection is of no more use. */
  drop(client: Client): void {
    if (this.current !== client) return;
    this.current = undefined;
    void endPostgresClient(client);
    if (this.keepingUp || this.isClosed) return;
    this.keepingUp = true;
    void this.keepUp().finally(() => {
      this.keepingUp = false;
    });
  }

  /** Whatever is under way on it fails. */
  dropCurrent(): void {
    if (this.current) this.drop(this.current);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.connecting?.catch(() => {});
    if (this.current) await endPostgresClient(this.current);
  }

  private async connect(): Promise<Client> {
    const { channel, handleNotification, handleListening, watch } = this.options;
    const client = this.options.makeClient();
    client.on('error', (error) => {
      watch.isAway(error);
      this.drop(client);
    });
    // What is heard while it is asked what was missed is newer than that, and so has to be told after it.
    let held: string[] | undefined = [];
    try {
      await client.connect();
      client.on('end', () => this.drop(client));
      client.on('notification', ({ payload = '' }) => {
        if (held) held.push(payload);
        // One that was given up has no more to say: the next one asks what was missed.
        else if (this.current === client) handleNotification(payload);
      });
      await this.fence(client);
      await client.query(`LISTEN "${channel}"`);
      await handleListening(async (statement) => (await client.query<QueryResultRow>(statement)).rows);
      const [row] = (await client.query<{ version: string }>("SELECT current_setting('server_version') AS version"))
        .rows;
      watch.version = (row?.version ?? '').split(' ')[0] ?? '';
    } catch (error) {
      await endPostgresClient(client);
      throw error;
    }
    if (this.isClosed) {
      await endPostgresClient(client);
      throw new Error('the connection is closed');
    }
    this.current = client;
    for (const payload of held) handleNotification(payload);
    held = undefined;
    return client;
  }

  /**
   * Makes sure that the connection before this one has ended, with whatever was sent over it: a database that hung would
   * do it once it goes on, over what was written since.
   */
  private async fence(client: Client): Promise<void> {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::int8 AND objid = $2::int8
        AND objsubid = 2 AND granted AND pid <> pg_backend_pid()`,
      this.lock,
    );
    await client.query('SELECT pg_advisory_lock($1, $2)', this.lock);
  }

  private async keepUp(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.isClosed && !this.current; pauseMs = longerPause(pauseMs)) {
      await sleep(this.options.clock, pauseMs);
      if (this.isClosed) return;
      await this.obtain().then(
        () => this.options.watch.isBack(),
        (error: unknown) => this.options.watch.isAway(error),
      );
    }
  }
}
