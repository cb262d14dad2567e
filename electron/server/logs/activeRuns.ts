import type { RunLog } from './runLog.ts';

/** The logs of runs that go on, and of each service the newest one. */
export class ActiveRuns {
  private readonly byService = new Map<string, Set<RunLog>>();
  private readonly newestOf = new Map<string, RunLog>();

  add(log: RunLog): void {
    const logs = this.byService.get(log.service) ?? new Set();
    this.byService.set(log.service, logs.add(log));
    this.newestOf.set(log.service, log);
  }

  /** The run has ended; it stays the newest one of its service. */
  end(log: RunLog): void {
    this.byService.get(log.service)?.delete(log);
  }

  /** Those of some services; none: of all. */
  of(services: readonly string[]): RunLog[] {
    const out: RunLog[] = [];
    for (const [service, logs] of this.byService) {
      if (services.length === 0 || services.includes(service)) out.push(...logs);
    }
    return out;
  }

  /** The newest run since the server started, whether it goes on or not. */
  newest(service: string): RunLog | undefined {
    return this.newestOf.get(service);
  }

  has(log: RunLog): boolean {
    return this.byService.get(log.service)?.has(log) ?? false;
  }
}
