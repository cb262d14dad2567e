import type { Client, ClientBase, QueryResultRow } from 'pg';
import { MicroError } from '../../../shared/contract/errors.ts';
import { SerialQueue } from '../base/async.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { AnswerWatch } from './answerWatch.ts';
import { endPostgresClient } from './endPostgresClient.ts';
import { FIRST_PAUSE_MS, longerPause, PATIENCE_MS } from './enginePauses.ts';
import type { EngineWatch } from './engineState.ts';
import { explainPostgres, isPostgresAway } from './postgresErrors.ts';
import { PostgresReaders } from './postgresReaders.ts';
import type { PostgresSettings } from './postgresSettings.ts';
import type { Statement } from './postgresStatement.ts';
import { PostgresWriter, type PostgresWriterOptions } from './postgresWriter.ts';

/** Connections for reading; more would be read by more processors of the database, and take more of the hundred that it has. */
const READ_CONNECTIONS = 4;
/** ms for a connection to come about; a database that is there answers in a few. */
const CONNECT_MS = 5_000;
/** ms for an answer; a value of 64 MB over a slow line has to fit in. Behind it the connection is given up as dead. */
const ANSWER_MS = 60_000;
/** What is not known of a write whose connection broke. */
const MAYBE_WRITTEN = '; whether it was written before that is not known';

/** What {@link PostgresLink} works with. */
export interface PostgresLinkOptions extends Omit<PostgresWriterOptions, 'makeClient'> {
  settings: PostgresSettings;
  watch: EngineWatch;
  clock: Clock;
}

/** The connections of a server to a Postgres: a few to read with, and one to write with, which also listens. */
export class PostgresLink {
  private readonly writes = new SerialQueue();
  private readonly writer: PostgresWriter;
  private readonly readers: PostgresReaders;
  private readonly answers: AnswerWatch;
  private isClosed = false;

  private constructor(
    private readonly options: PostgresLinkOptions,
    private readonly makeClient: (pipeline: boolean) => Client,
  ) {
    this.writer = new PostgresWriter({ ...options, makeClient: () => makeClient(false) });
    this.readers = new PostgresReaders(READ_CONNECTIONS, () => makeClient(true));
    this.answers = new AnswerWatch({
      clock: options.clock,
      probe: () => this.probe(),
      handleHung: (error) => {
        options.watch.isAway(error);
        this.writer.dropCurrent();
        this.readers.drop();
      },
    });
  }

  /** Makes ready; nothing is connected before it is used. Rejects with `engine.refused` when a file for it is missing. */
  static async open(options: PostgresLinkOptions): Promise<PostgresLink> {
    const login = await options.settings.login();
    // Loaded when it is needed: most servers keep their records in a file.
    const { default: pg } = await import('pg');
    const usual = {
      ...login,
      application_name: 'micro',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    };
    return new PostgresLink(options, (pipeline) => new pg.Client({ ...usual, pipeline }));
  }

  /** Connects and listens; to be called once the tables are there. Rejects with `engine.unavailable` or `engine.refused`. */
  async listen(): Promise<void> {
    await this.write(() => ({ text: 'SELECT 1' }));
  }

  /** Runs a statement that changes nothing, again when the connection breaks. */
  read<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
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
        const client = this.writer.client ?? (await this.writer.obtain());
        try {
          const query = statement(again);
          again = true;
          return (await client.query<R>(query)).rows;
        } catch (error) {
          if (isPostgresAway(error)) this.writer.drop(client);
          throw error;
        }
      }, MAYBE_WRITTEN),
    );
  }

  /** The error of a write whose connection broke, and of which nobody can say whether it was done. */
  unknown(): MicroError {
    const { shown } = this.options.settings;
    return new MicroError('engine.unavailable', `the store at ${shown} was away${MAYBE_WRITTEN}`, {
      next: 'Another server wrote the same record since: read it, and decide anew.',
      retryable: true,
      details: { engine: 'postgres', address: shown },
    });
  }

  /** The error of a write that was not begun, as too many wait for the database already. */
  overloaded(calls: number, bytes: number): MicroError {
    const { shown } = this.options.settings;
    const size = `${calls} writes of ${Math.ceil(bytes / 1024)} KB`;
    return new MicroError('engine.overloaded', `the store at ${shown} is behind: ${size} wait for it`, {
      next: 'It was not written. Try again a little later, and write less at a time.',
      retryable: true,
      details: { engine: 'postgres', address: shown },
    });
  }

  /** Runs steps in one transaction on a connection of their own; not again when it breaks. */
  async transaction<T>(steps: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = this.makeClient(false);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('BEGIN');
      const result = await steps(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      const { watch, settings } = this.options;
      if (!isPostgresAway(error)) throw explainPostgres(error, settings.shown);
      watch.isAway(error);
      throw watch.unavailable('', error);
    } finally {
      // What was not committed is taken back with the connection.
      await endPostgresClient(client);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.writes.idle();
    this.answers.close();
    await this.writer.close();
    await this.readers.close();
  }

  /** Whether the database takes a connection, and answers it. */
  private async probe(): Promise<void> {
    const client = this.makeClient(false);
    client.on('error', () => {});
    try {
      await client.connect();
    } finally {
      void endPostgresClient(client);
    }
  }

  /** Tries again while the database has not been away for long; then rejects at once, until it is back. */
  private async patiently<T>(attempt: () => Promise<T>, unknown: string): Promise<T> {
    const { clock, watch, settings } = this.options;
    // What tries by itself says when it is back; until then everybody would wait for one connection after another.
    if (watch.awaySince !== undefined && this.writer.isTrying) throw watch.unavailable();
    const until = watch.awaySince === undefined ? Date.now() + PATIENCE_MS : 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = longerPause(pauseMs)) {
      try {
        const result = await this.answers.during(attempt);
        watch.isBack();
        return result;
      } catch (error) {
        if (!isPostgresAway(error)) throw explainPostgres(error, settings.shown);
        watch.isAway(error);
        if (this.isClosed || Date.now() + pauseMs > until) throw watch.unavailable(unknown, error);
      }
      await sleep(clock, pauseMs);
    }
  }
}
