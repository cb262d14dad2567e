import { ownLogs } from '../../shared/contract/ownLogs.ts';
import type { Clock } from './base/clock.ts';
import { errorText, type Logger } from './base/logger.ts';
import type { LogStore, RunLogWriter } from './logs/logStore.ts';
import type { AccessEntry } from './traffic/accessEntry.ts';
import { AccessLog } from './traffic/accessLog.ts';

/** What {@link AccessLogs} works with. */
export interface AccessLogsOptions {
  logs: Pick<LogStore, 'startRun'>;
  /** Whether a request that came then, ms since 1970, is to be in it. */
  isLogged: (at: number) => boolean;
  clock: Clock;
  logger: Logger;
}

/** The access logs of gateway and proxy, each a log of its own in the log store, with its retention. */
export class AccessLogs {
  private readonly runs: RunLogWriter[] = [];
  private readonly byPort: Record<AccessEntry['via'], AccessLog>;

  constructor(private readonly options: AccessLogsOptions) {
    this.byPort = { gateway: this.create(ownLogs.gateway), proxy: this.create(ownLogs.proxy) };
  }

  /** Takes a request that has come to its end. */
  readonly tell = (entry: AccessEntry): void => this.byPort[entry.via].add(entry);

  /** Writes what waits and ends the runs; the log store must still be open. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.byPort).map((log) => log.close()));
    const endedAt = this.options.clock.now();
    await Promise.all(this.runs.map((run) => run.end({ endedAt, outcome: 'the server stopped', failed: false })));
  }

  private create(name: string): AccessLog {
    const { logs, clock, logger, isLogged } = this.options;
    return new AccessLog({
      clock,
      isLogged,
      open: async () => {
        const run = await logs.startRun({
          service: name,
          instance: `micro-${process.pid}`,
          cause: 'server started',
          startedAt: clock.now(),
        });
        this.runs.push(run);
        return run;
      },
      handleError: (error) => logger.warn(`the log ${name} cannot be written: ${errorText(error)}`),
    });
  }
}
