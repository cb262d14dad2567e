import { Writable } from 'node:stream';
import type { V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import { errorText, type Logger } from '../../base/logger.ts';
import { CONTAINER } from '../../deploy/podTemplate.ts';
import type { LogStore, RunLogWriter } from '../../logs/logStore.ts';
import type { Connection } from './connection.ts';
import { endText, timeOf } from './podState.ts';
import { type StampedLine, StampedLines } from './stampedLines.ts';

/** Collaborators of {@link PodLogs}. */
export interface PodLogsOptions {
  connection: Connection;
  logs: Pick<LogStore, 'startRun' | 'runs'>;
  clock: Clock;
  logger: Logger;
}

/** A follow that broke while its container runs is taken up again after this, ms. */
const againMs = 500;
/** So many reads in a row without a line, of a container that is said to run: its log is not kept any more. */
const emptyReads = 600;
/** How far back it is looked whether an earlier server followed the same container. */
const knownRuns = 50;

/** One start of the container of a pod; it is a run of its service. */
interface ContainerRun {
  service: string;
  pod: string;
  /** Which start of the container it is, from 0. */
  restart: number;
  number: number;
  ended: { outcome: string; failed: boolean } | undefined;
  done: Promise<void>;
}

/** Writes what containers write into the log store: a run for each start of a container. */
export class PodLogs {
  private readonly runs = new Map<string, ContainerRun>();
  private readonly stopped = new AbortController();

  constructor(private readonly options: PodLogsOptions) {}

  /** Follows what is new in a pod. `cause` says why it was started. */
  note(service: string, pod: V1Pod, cause: string): void {
    const status = pod.status?.containerStatuses?.[0];
    const name = pod.metadata?.name ?? '';
    if (!status || name === '' || this.stopped.signal.aborted) return;
    const { restartCount: restart, state, lastState } = status;
    const last = lastState?.terminated;
    if (restart > 0 && last) this.finish(name, restart - 1, endText(last), true);
    const begun = state?.running ?? state?.terminated;
    if (!begun) return;
    // A container that crashed at once may have been started again before it was seen: what it wrote is still there.
    if (restart > 0 && last && !this.runs.has(keyOf(name, restart - 1)) && !this.runs.has(keyOf(name, restart))) {
      this.begin(service, name, restart - 1, timeOf(last.startedAt), cause, true);
      this.finish(name, restart - 1, endText(last), true);
    }
    const why = last ? `restarted after ${endText(last)}` : cause;
    this.begin(service, name, restart, timeOf(begun.startedAt), why, false);
    if (state?.terminated) this.finish(name, restart, endText(state.terminated), state.terminated.exitCode !== 0);
  }

  /** The number of the newest run of a pod, 0: none is followed. */
  runOf(pod: string): number {
    return Math.max(0, ...[...this.runs.values()].filter((run) => run.pod === pod).map(({ number }) => number));
  }

  /** A pod is gone. */
  forget(pod: string): void {
    for (const [key, run] of this.runs) {
      if (run.pod !== pod) continue;
      run.ended ??= { outcome: 'stopped', failed: false };
      this.runs.delete(key);
    }
  }

  private finish(pod: string, restart: number, outcome: string, failed: boolean): void {
    const run = this.runs.get(keyOf(pod, restart));
    if (run) run.ended ??= { outcome, failed };
  }

  private begin(
    service: string,
    pod: string,
    restart: number,
    startedAt: number,
    cause: string,
    previous: boolean,
  ): void {
    const key = keyOf(pod, restart);
    if (this.runs.has(key)) return;
    const run: ContainerRun = { service, pod, restart, number: 0, ended: undefined, done: Promise.resolve() };
    this.runs.set(key, run);
    run.done = this.follow(run, startedAt, cause, previous).catch((error: unknown) => {
      this.options.logger.warn(`the log of ${pod} is lost: ${errorText(error)}`);
    });
  }

  private async follow(run: ContainerRun, startedAt: number, cause: string, previous: boolean): Promise<void> {
    const { logs, clock } = this.options;
    const before = (await logs.runs(run.service, knownRuns)).find(
      (known) => known.instance === run.pod && known.startedAt >= startedAt,
    );
    // An earlier server saw its end, and has all of it.
    if (before && run.ended && before.outcome === run.ended.outcome) {
      run.number = before.run;
      return;
    }
    const began = startedAt || clock.now();
    const writer = await logs.startRun({
      service: run.service,
      instance: run.pod,
      cause: before ? 'the server was started again' : cause,
      startedAt: before ? clock.now() : began,
    });
    run.number = writer.run;
    const lines = new StampedLines();
    if (before?.endedAt !== undefined) lines.last = new Date(before.endedAt).toISOString();
    for (let empty = 0; empty < emptyReads && !this.stopped.signal.aborted; empty++) {
      if (await this.read(run, writer, lines, previous)) empty = 0;
      // It ends by itself when the container has ended; a break of the connection looks the same.
      if (previous || run.ended || this.runs.get(keyOf(run.pod, run.restart)) !== run) break;
      await pause(clock, againMs, this.stopped.signal);
    }
    const { outcome, failed } = run.ended ?? { outcome: 'goes on without this server', failed: false };
    await writer.end({ endedAt: clock.now(), outcome, failed });
  }

  /** Reads until the log ends or breaks; returns whether anything came. */
  private async read(
    run: ContainerRun,
    writer: RunLogWriter,
    lines: StampedLines,
    previous: boolean,
  ): Promise<boolean> {
    const { connection } = this.options;
    let took = false;
    const put = (found: StampedLine[]): boolean => {
      took ||= found.length > 0;
      return found.map(({ data, timeUs }) => writer.write('stdout', data, timeUs)).every(Boolean);
    };
    const sink = new Writable({
      write(data: Buffer, _encoding, done) {
        if (put(lines.add(data))) done();
        else void writer.whenDrained().then(() => done());
      },
    });
    // The client pipes into it and minds no error of its own stream; one that nobody hears would end the server.
    sink.on('pipe', (source) => source.on('error', () => sink.destroy()));
    const closed = new Promise<void>((resolve) => {
      sink.once('close', resolve);
      sink.once('error', () => resolve());
    });
    try {
      const request = await connection.log.log(connection.namespace, run.pod, CONTAINER, sink, {
        follow: !previous,
        previous,
        timestamps: true,
        ...(lines.last === '' ? {} : { sinceTime: lines.last }),
      });
      const abort = (): void => {
        request.abort();
        sink.destroy();
      };
      this.stopped.signal.addEventListener('abort', abort, { once: true });
      await closed;
      this.stopped.signal.removeEventListener('abort', abort);
    } catch {
      // The container is not far enough, or gone already: the next look tells.
    }
    put(lines.flush());
    return took;
  }

  /** Everything read so far is on disk when it resolves. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all([...this.runs.values()].map((run) => run.done));
  }
}

const keyOf = (pod: string, restart: number): string => `${pod}#${restart}`;

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(finish, ms);
    function finish(): void {
      timer.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish, { once: true });
  });
}
