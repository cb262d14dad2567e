import type { Client, QueryResultRow } from 'pg';
import { endPostgresClient } from './endPostgresClient.ts';
import type { Statement } from './postgresStatement.ts';

interface Reader {
  client: Client;
  /** Resolves once it may be asked. */
  ready: Promise<unknown>;
  isReady: boolean;
  underWay: number;
}

/**
 * A few connections that are asked side by side, each for several things at a time: the answers come in the order of the
 * questions. So many who read at once cost the database a few connections, and a large answer holds up a part of them only.
 */
export class PostgresReaders {
  private readonly readers = new Set<Reader>();

  constructor(
    private readonly most: number,
    private readonly makeClient: () => Client,
  ) {}

  async query<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    const reader = this.choose();
    reader.underWay += 1;
    try {
      if (!reader.isReady) await reader.ready;
      return (await reader.client.query<R>(statement)).rows;
    } finally {
      reader.underWay -= 1;
    }
  }

  /** Whatever is under way fails; who asks next gets a new connection. */
  drop(): void {
    for (const { client } of [...this.readers]) void endPostgresClient(client);
    this.readers.clear();
  }

  async close(): Promise<void> {
    const readers = [...this.readers];
    this.readers.clear();
    await Promise.all(readers.map(({ client }) => endPostgresClient(client)));
  }

  /** One that has nothing to do, else a new one while there may be more, else the one with the least. */
  private choose(): Reader {
    let best: Reader | undefined;
    for (const reader of this.readers) if (!best || reader.underWay < best.underWay) best = reader;
    return !best || (best.underWay > 0 && this.readers.size < this.most) ? this.add() : best;
  }

  private add(): Reader {
    const client = this.makeClient();
    const drop = (): void => {
      if (this.readers.delete(reader)) void endPostgresClient(client);
    };
    // Whoever asks is told; one that nobody asks is replaced when somebody does.
    client.on('error', drop);
    client.on('end', drop);
    const ready = client.connect().then(
      () => {
        reader.isReady = true;
      },
      (error: unknown) => {
        drop();
        throw error;
      },
    );
    const reader: Reader = { client, ready, isReady: false, underWay: 0 };
    this.readers.add(reader);
    return reader;
  }
}
