import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type Clock, systemClock } from '../../electron/server/base/clock.ts';
import { createLogger, type LogEntry } from '../../electron/server/base/logger.ts';
import { createFileLogStore, type FileLogStore } from '../../electron/server/logs/fileLogStore.ts';
import type { LogSettings } from '../../electron/server/logs/logSettings.ts';
import type { LogStream, RunLogWriter } from '../../electron/server/logs/logStore.ts';
import { type LogQuery, LogQuerySchema, type LogRecord } from '../../shared/contract/gen/logs_pb.ts';

type QueryInit = Partial<Omit<LogQuery, '$typeName' | '$unknown'>>;

/** A log store in a folder of its own. */
export class LogStoreFixture {
  readonly entries: LogEntry[] = [];
  store: FileLogStore;

  private constructor(
    readonly folder: string,
    private readonly limits?: { maxLineBytes?: number; segmentBytes?: number },
    private readonly settings?: LogSettings,
    private readonly worker?: URL,
    private readonly clock: Clock = systemClock,
  ) {
    this.store = this.open();
  }

  static async create(
    options: {
      limits?: { maxLineBytes?: number; segmentBytes?: number };
      settings?: LogSettings;
      folder?: string;
      /** Answers queries in a thread of its own, from this file. */
      worker?: URL;
      clock?: Clock;
    } = {},
  ): Promise<LogStoreFixture> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'micro-logs-')));
    return new LogStoreFixture(folder, options.limits, options.settings, options.worker, options.clock);
  }

  private open(): FileLogStore {
    const { settings } = this;
    return createFileLogStore({
      folder: this.folder,
      clock: this.clock,
      logger: createLogger((entry) => this.entries.push(entry)),
      worker: this.worker,
      ...(this.limits ? { limits: this.limits } : {}),
      ...(settings ? { settings: () => Promise.resolve(settings) } : {}),
    });
  }

  /** Closes the store and opens it again, as a restart of the server does. */
  async reopen(): Promise<void> {
    await this.store.close();
    this.store.dispose();
    this.store = this.open();
  }

  async dispose(): Promise<void> {
    await this.store.close();
    this.store.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  run(service: string, cause = 'started by you'): Promise<RunLogWriter> {
    return this.store.startRun({ service, instance: `${service}-1`, cause, startedAt: Date.now() - 1 });
  }

  query(init: QueryInit): LogQuery {
    return create(LogQuerySchema, init);
  }

  async read(init: QueryInit, options: { tail?: number; limit?: number } = {}): Promise<LogRecord[]> {
    const out: LogRecord[] = [];
    const { signal } = new AbortController();
    const read = { query: this.query(init), tail: options.tail ?? 0, follow: false, limit: options.limit ?? 0 };
    for await (const { records } of this.store.read(read, signal)) out.push(...records);
    return out;
  }

  async texts(service: string, options: { tail?: number } = {}): Promise<string[]> {
    return (await this.read({ services: [service] }, options)).map(({ text }) => text);
  }
}

export const exited = { endedAt: 0, outcome: 'exit 0', failed: false };

/** Wall-clock time in µs, never going back. */
export function nowUs(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

/** Runs a program with both outputs piped into a run, and ends the run when the program has ended. */
export async function pipeInto(
  writer: RunLogWriter,
  argv: readonly string[],
  onOutput: (stream: LogStream) => void = () => {},
): Promise<void> {
  const child = spawn(argv[0] as string, argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (data: Buffer) => {
      if (!writer.write(stream, data, nowUs())) {
        child[stream].pause();
        void writer.whenDrained().then(() => child[stream].resume());
      }
      onOutput(stream);
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => resolve());
    child.on('error', reject);
  });
  await writer.end(exited);
}
