import type { LogQuery } from '../../../shared/contract/gen/logs_pb.ts';
import type { LiveLogs } from './liveLogs.ts';
import { LogCatalog } from './logCatalog.ts';
import { LogReader } from './logReader.ts';
import type { ReadBatch, ReadOptions } from './logStore.ts';
import { LogViewSession, type LogViewSocket } from './logViewSession.ts';

/** Answers questions about stored logs. */
export interface LogQueries {
  /** Records in time order; see {@link LogStore.read}. */
  read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch>;
  count(query: LogQuery, signal: AbortSignal): Promise<number>;
  /** Serves log views on a socket until it closes; see shared/contract/logView.ts. */
  openViews(socket: LogViewSocket): void;
  /** Ends everything that goes on. */
  close(): Promise<void>;
}

/** Answers them in this thread. */
export class LocalLogQueries implements LogQueries {
  private readonly catalog: LogCatalog;
  private readonly reader: LogReader;
  private readonly sessions = new Set<LogViewSession>();

  constructor(
    folder: string,
    private readonly live: LiveLogs,
  ) {
    this.catalog = new LogCatalog(folder);
    this.reader = new LogReader(this.catalog, live);
  }

  read(options: ReadOptions, signal: AbortSignal): AsyncIterable<ReadBatch> {
    return this.reader.read(options, signal);
  }

  count(query: LogQuery, signal: AbortSignal): Promise<number> {
    return this.reader.count(query, signal);
  }

  openViews(socket: LogViewSocket): void {
    const session = new LogViewSession(socket, this.live, this.catalog);
    this.sessions.add(session);
    socket.onClose(() => this.sessions.delete(session));
  }

  close(): Promise<void> {
    for (const session of this.sessions) session.dispose();
    this.sessions.clear();
    return Promise.resolve();
  }
}
