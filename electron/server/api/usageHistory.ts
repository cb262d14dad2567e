import type { ServiceUsage } from './serviceUsage.ts';

/** Samples of so many ms become one point. A line of an hour has 360 of them, as many as a small chart has pixels. */
export const usageSpanMs = 10_000;

/** So long points are kept, ms. With the span this bounds the memory: about 40 KB for each service. */
const keptMs = 60 * 60_000;

/** What one service used in a span of time. */
export interface UsagePoint {
  /** Begin of the span, ms since 1970. */
  at: number;
  /** Mean over the span, percent of one core. */
  cpuPercent: number;
  /** The highest of the span. */
  memoryBytes: number;
  /** As at the end of the span. */
  processes: number;
  threads: number;
  ports: readonly number[];
}

interface ServiceHistory {
  points: UsagePoint[];
  /** Samples in the last point. */
  samples: number;
}

/** Keeps the samples of the last hour, put together in spans. It is fed while somebody watches; otherwise nothing happens. */
export class UsageHistory {
  private readonly services = new Map<string, ServiceHistory>();

  /** One sample of everything that runs, taken at `now`, ms since 1970. */
  add(now: number, usages: readonly ServiceUsage[]): void {
    for (const usage of usages) this.addOne(now, usage);
    for (const [service, history] of this.services) {
      const kept = history.points.findIndex((point) => point.at > now - keptMs);
      if (kept < 0) this.services.delete(service);
      else if (kept > 0) history.points.splice(0, kept);
    }
  }

  /** The points of a service that begin after `since`, oldest first. */
  points(service: string, since: number): UsagePoint[] {
    return (this.services.get(service)?.points ?? []).filter((point) => point.at > since);
  }

  private addOne(now: number, { service, cpuPercent, memoryBytes, processes, threads, ports }: ServiceUsage): void {
    const history = this.services.get(service) ?? { points: [], samples: 0 };
    this.services.set(service, history);
    const at = Math.floor(now / usageSpanMs) * usageSpanMs;
    const last = history.points.at(-1);
    if (last?.at !== at) {
      history.points.push({ at, cpuPercent, memoryBytes, processes, threads, ports });
      history.samples = 1;
      return;
    }
    const samples = ++history.samples;
    last.cpuPercent += (cpuPercent - last.cpuPercent) / samples;
    last.memoryBytes = Math.max(last.memoryBytes, memoryBytes);
    Object.assign(last, { processes, threads, ports });
  }
}
