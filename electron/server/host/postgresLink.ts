import type { Client, ClientBase, QueryResultRow } from 'pg';
import { MicroError } from '../../../shared/contract/errors.ts';
import { SerialQueue } from '../base/async.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { EngineWatch } from './engineState.ts';
import type { EngineAddress } from './engineAddress.ts';
import { PostgresReaders } from './postgresReaders.ts';
import type { Statement } from './postgresStatement.ts';

/** Connections for reading; more would be read by more processors of the database, and take more of the hundred that it has. */
const READ_CONNECTIONS = 4;
/** ms for a connection to come about; a database that is there answers in a few. */
const CONNECT_MS = 5_000;
/** ms for an answer; a value of 64 MB over a slow line has to fit in. Behind it the connection is given up as dead. */
const ANSWER_MS = 60_000;
/** ms for which what is asked while the database goes away is tried again before it is given up: a restart fits in. */
const PATIENCE_MS = 5_000;
/** ms between attempts: the first, and the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** States of SQL that mean that the connection, and not the statement, is at fault. */
const AWAY_STATES = /^(08|57P0[123]|53300)/;
/** Codes of Node for a host that cannot be reached. */
const AWAY_CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** pg has no code for these. */
const AWAY_WORDS =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout|Client was closed/;
/** Wrong password, unknown role or database, no right. */
const REFUSED_STATES = /^(28|3D|42501)/;

/** What {@link PostgresLink} works with. */
export interface PostgresLinkOptions {
  address: EngineAddress;
  clock: Clock;
  /** The channel of notifications that the writing connection listens to. */
  channel: string;
  handleNotification(payload: string): void;
  /**
   * A new writing connection listens, so notifications may have been missed. Awaited before it is used, and before anything
   * that it hears is handed on.
   */
  handleListening(query: (statement: Statement) => Promise<QueryResultRow[]>): Promise<void>;
  watch: EngineWatch;
}

/**
 * The connections of a server to a Postgres: a bounded pool to read with, and one to write with, which also listens.
 * Postgres gives that one the notifications of its own commits before their answer, and those of others in the order of the
 * commits; so what is heard is one sequence, the same for every server.
 */
export class PostgresLink {
  private readonly writes = new SerialQueue();
  private writer: Client | undefined;
  private isClosed = false;
  private keepingUp = false;

  private constructor(
    private readonly options: PostgresLinkOptions,
    private readonly makeClient: () => Client,
    private readonly readers: PostgresReaders,
  ) {}

  /** Makes ready; nothing is connected before it is used. */
  static async open(options: PostgresLinkOptions): Promise<PostgresLink> {
    // Loaded when it is needed: most servers keep their records in a file.
    const { default: pg } = await import('pg');
    const makeClient = (pipeline: boolean) => new pg.Client({ ...settingsOf(options.address), pipeline });
    return new PostgresLink(
      options,
      () => makeClient(false),
      new PostgresReaders(READ_CONNECTIONS, () => makeClient(true)),
    );
  }

  /** Connects and listens; to be called once the tables are there. Rejects with `engine.unavailable` or `engine.refused`. */
  async listen(): Promise<void> {
    await this.write(() => ({ text: 'SELECT 1' }));
  }

  /** Runs a statement that changes nothing, again when the connection breaks. */
  async read<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    return this.patiently(() => this.readers.query<R>(statement), '');
  }

  /**
   * Runs a statement on the connection that writes, after those before it. When the connection breaks it is sent again, with
   * `again`, so it has to be one that does nothing the second time.
   */
  write<R extends QueryResultRow>(statement: (again: boolean) => Statement): Promise<R[]> {
    let again = false;
    return this.writes.run(() =>
      this.patiently(async () => {
        const writer = this.writer ?? (await this.obtainWriter());
        try {
          const query = statement(again);
          again = true;
          return (await writer.query<R>(query)).rows;
        } catch (error) {
          if (isAway(error)) this.dropWriter(writer);
          throw error;
        }
      }, '; whether it was written before that is not known'),
    );
  }

  /** Runs steps in one transaction on a connection of their own; not again when it breaks. */
  async transaction<T>(steps: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = this.makeClient();
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('BEGIN');
      const result = await steps(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      throw this.explain(error, '');
    } finally {
      // What was not committed is taken back with the connection.
      await client.end().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.writes.idle();
    await this.writer?.end().catch(() => undefined);
    await this.readers.close();
  }

  private async obtainWriter(): Promise<Client> {
    if (this.writer) return this.writer;
    const { channel, handleNotification, handleListening, watch } = this.options;
    const client = this.makeClient();
    client.on('error', (error) => {
      watch.isAway(error);
      this.dropWriter(client);
    });
    // What is heard while it is asked what was missed is newer than that, and so has to be told after it.
    let held: string[] | undefined = [];
    try {
      await client.connect();
      client.on('end', () => this.dropWriter(client));
      client.on('notification', ({ payload = '' }) => {
        if (held) held.push(payload);
        // One that was given up has no more to say: the next one asks what was missed.
        else if (this.writer === client) handleNotification(payload);
      });
      await client.query(`LISTEN "${channel}"`);
      await handleListening(async (statement) => (await client.query<QueryResultRow>(statement)).rows);
      const [row] = (await client.query<{ version: string }>("SELECT current_setting('server_version') AS version"))
        .rows;
      watch.version = (row?.version ?? '').split(' ')[0] ?? '';
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.writer = client;
    for (const payload of held) handleNotification(payload);
    held = undefined;
    return client;
  }

  /** The connection is of no more use. A new one is made soon, as others write too and want to be heard. */
  private dropWriter(client: Client): void {
    if (this.writer !== client) return;
    this.writer = undefined;
    void client.end().catch(() => undefined);
    if (this.keepingUp || this.isClosed) return;
    this.keepingUp = true;
    void this.keepUp().finally(() => {
      this.keepingUp = false;
    });
  }

  private async keepUp(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.isClosed && !this.writer; pauseMs = longer(pauseMs)) {
      await sleep(this.options.clock, pauseMs);
      if (this.isClosed) return;
      await this.writes
        .run(() => this.obtainWriter())
        .then(
          () => this.options.watch.isBack(),
          (error: unknown) => this.options.watch.isAway(error),
        );
    }
  }

  /** Tries again while the database has not been away for long; then rejects at once, until it is back. */
  private async patiently<T>(attempt: () => Promise<T>, unknown: string): Promise<T> {
    const { clock, watch } = this.options;
    const until = watch.awaySince === undefined ? Date.now() + PATIENCE_MS : 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = longer(pauseMs)) {
      try {
        const result = await attempt();
        watch.isBack();
        return result;
      } catch (error) {
        if (!isAway(error)) throw this.explain(error, unknown);
        watch.isAway(error);
        if (this.isClosed || Date.now() + pauseMs > until) throw watch.unavailable(unknown, error);
      }
      await sleep(clock, pauseMs);
    }
  }

  private explain(error: unknown, unknown: string): unknown {
    const { watch, address } = this.options;
    if (error instanceof MicroError) return error;
    const { code = '', message } = error as { code?: string; message: string };
    if (isAway(error)) {
      watch.isAway(error);
      return watch.unavailable(unknown, error);
    }
    if (REFUSED_STATES.test(code) || /password/i.test(message))
      return new MicroError('engine.refused', `the store at ${address.shown} refuses: ${message}`, {
        next: 'Give the password by PGPASSWORD or ~/.pgpass, and see that role and database exist and may make a schema.',
        cause: error,
      });
    const isFull = code.startsWith('53');
    return new MicroError(
      isFull ? 'storage.full' : 'storage.failed',
      `the store at ${address.shown} says: ${message}`,
      {
        retryable: isFull,
        cause: error,
      },
    );
  }
}

/** Whether an error is one of the connection. */
function isAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return AWAY_STATES.test(code) || AWAY_CODES.test(code) || AWAY_WORDS.test(message);
}

function settingsOf({ url }: EngineAddress) {
  const address = new URL(url);
  address.searchParams.delete('schema');
  return {
    connectionString: address.href,
    application_name: 'micro',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  };
}

function longer(pauseMs: number): number {
  return Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}
