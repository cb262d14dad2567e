import type { Clock } from './base/clock.ts';
import type { Disposable } from './base/lifecycle.ts';
import type { ProcessTable } from './host/processTable.ts';

/** How often it is looked whether a server that nobody needs has been so for long enough, ms. */
const lookMs = 1000;
/**
 * The same while somebody needs it, which is nearly always: each look wakes a process that is at rest. It ends so much later
 * at the most.
 */
const lookInUseMs = 5000;

/** What {@link IdleEnd} works with. */
export interface IdleEndOptions {
  clock: Clock;
  processes: Pick<ProcessTable, 'get'>;
  /** Nobody needs it for this long: it ends, ms. */
  afterMs: number;
  /** Clients that are connected, and services that run or are to run. */
  inUse: () => boolean;
  end: () => void;
}

/**
 * Ends a server that an app started and that nobody needs any more: the app is gone, no client is connected, nothing
 * runs. Such a server would otherwise stay for ever, unseen, after a crash of the app.
 */
export class IdleEnd {
  private starter: { pid: number; startTime: string } | undefined;
  private idleSince: number | undefined;
  private timer: Disposable | undefined;
  private stopped = false;

  constructor(private readonly options: IdleEndOptions) {}

  /** Remembers who started this process and begins to look. */
  async start(starterPid: number = process.ppid): Promise<void> {
    const starter = starterPid > 1 ? await this.options.processes.get(starterPid) : undefined;
    this.starter = starter && { pid: starter.pid, startTime: starter.startTime };
    this.plan();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.dispose();
  }

  private plan(): void {
    if (this.stopped) return;
    const delayMs = this.idleSince === undefined ? lookInUseMs : lookMs;
    this.timer = this.options.clock.setTimeout(() => void this.look().finally(() => this.plan()), delayMs);
  }

  private async look(): Promise<void> {
    const { clock, afterMs, inUse, end } = this.options;
    const isNeeded = inUse() || (await this.isStarterAlive());
    if (this.stopped) return;
    if (isNeeded) {
      this.idleSince = undefined;
      return;
    }
    this.idleSince ??= clock.monotonic();
    if (clock.monotonic() - this.idleSince < afterMs) return;
    this.stop();
    end();
  }

  private async isStarterAlive(): Promise<boolean> {
    if (!this.starter) return false;
    const found = await this.options.processes.get(this.starter.pid);
    return found?.startTime === this.starter.startTime;
  }
}
