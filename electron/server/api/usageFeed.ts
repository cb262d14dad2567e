import { create } from '@bufbuild/protobuf';
import {
  type Usage,
  UsageSchema,
  type WatchUsageResponse,
  WatchUsageResponseSchema,
} from '../../../shared/contract/gen/usage_pb.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, MutableDisposable, toDisposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { looksLike } from './usageChange.ts';
import { UsageHistory, type UsagePoint } from './usageHistory.ts';
import type { MeasureUsage } from './serviceUsage.ts';
import type { UsageSource } from './rpc/desktopService.ts';

/** Services that all use less than this, percent of one core, are quiet: what changes then is noise. */
const QUIET_PERCENT = 1;
/**
 * Samples in a row that are not quiet before a rest ends; the second is taken a period after the first. A service at rest has its
 * own timers and collects its garbage: one such moment would bring back a sample each second, and with it more than the service used.
 */
const LOUD_SAMPLES = 2;
/** Samples in a row that have to be quiet, so that a pause between two bursts of work is none. */
const QUIET_SAMPLES = 5;
/**
 * ms between two samples while everything is quiet. To measure ten services, send it and draw it costs 2 % of a core when it is
 * done each second. Longer would show the beginning of work later, to somebody who looks at that very figure.
 */
const REST_MS = 5_000;
/** ms between two samples once it has been quiet for {@link LONG_QUIET_SAMPLES}: an evening with the window open costs half as much. */
const LONG_REST_MS = 10_000;
/** ms by which a timer may come early and still end a rest. */
const SLACK_MS = 50;
/** Samples in a row that have to be quiet for it, about half a minute: whoever waits for work to begin still sees it soon. */
const LONG_QUIET_SAMPLES = QUIET_SAMPLES + 4;

/**
 * ms that a subscriber is told nothing at rest while samples say the same as the last one: to draw one costs a window several
 * times what it costs to take it.
 */
const MAX_SILENCE_MS = 60_000;

interface Subscriber {
  periodMs: number;
  /** Whether fewer samples will do while nothing happens. */
  mayRest: boolean;
  /** Monotonic time of the next sample for this subscriber. */
  due: number;
  /** What it was told last, and what it was not told since, because it says the same. */
  last?: WatchUsageResponse;
  untold?: WatchUsageResponse | undefined;
  listener: (usage: WatchUsageResponse) => void;
}

/**
 * Shares one sampling timer among everybody who watches usage; nothing is measured while nobody does. The timer runs at the
 * shortest period asked for, each subscriber gets samples at its own.
 */
export class UsageFeed implements UsageSource, Disposable {
  private readonly subscribers = new Set<Subscriber>();
  private readonly timer = new MutableDisposable();
  private readonly history = new UsageHistory();
  private measuring = false;
  private quietSamples = 0;
  private loudSamples = 0;
  /** Monotonic time before which nothing is measured. */
  private restsUntil = 0;
  private lastCpu: { usage: NodeJS.CpuUsage; at: number } | undefined;

  constructor(
    private readonly measure: MeasureUsage,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  subscribe(periodMs: number, listener: (usage: WatchUsageResponse) => void, mayRest = false): Disposable {
    const subscriber: Subscriber = { periodMs, mayRest, due: 0, listener };
    this.subscribers.add(subscriber);
    this.schedule();
    this.stir();
    void this.tick();
    return toDisposable(() => {
      this.subscribers.delete(subscriber);
      this.schedule();
    });
  }

  /** Something happens with the services: what they use is measured at every turn again. */
  stir(): void {
    this.quietSamples = 0;
    if (this.restsUntil === 0) return;
    this.restsUntil = 0;
    this.schedule();
  }

  points(service: string, since: number): UsagePoint[] {
    return this.history.points(service, since);
  }

  dispose(): void {
    this.subscribers.clear();
    this.timer.dispose();
  }

  private schedule(): void {
    if (this.subscribers.size === 0) {
      this.timer.clear();
      this.lastCpu = undefined;
      return;
    }
    const periodMs = Math.min(...[...this.subscribers].map((subscriber) => subscriber.periodMs));
    const turn = (): void => {
      this.schedule();
      void this.tick();
    };
    // Nothing wakes while it rests, not even to see that it does.
    this.timer.value = this.clock.setTimeout(turn, Math.max(periodMs, this.restsUntil - this.clock.monotonic()));
  }

  private async tick(): Promise<void> {
    if (this.measuring || this.clock.monotonic() < this.restsUntil - SLACK_MS) return;
    this.measuring = true;
    try {
      const services = await this.measure();
      if (this.subscribers.size === 0) return;
      this.restIfQuiet(services);
      this.history.add(this.clock.now(), services);
      const response = create(WatchUsageResponseSchema, {
        at: this.clock.now(),
        services: services.map((usage): Usage => create(UsageSchema, usage)),
        serverCpuPercent: this.serverCpuPercent(),
        serverMemoryBytes: process.memoryUsage.rss(),
      });
      const now = this.clock.monotonic();
      for (const subscriber of [...this.subscribers]) {
        if (now < subscriber.due) continue;
        // A little early is on time: timers of equal periods do not tick at equal moments.
        subscriber.due = now + subscriber.periodMs * 0.9;
        this.tell(subscriber, response);
      }
    } catch (error) {
      this.logger.warn('measuring usage failed', { error: String(error) });
    } finally {
      this.measuring = false;
    }
  }

  private tell(subscriber: Subscriber, sample: WatchUsageResponse): void {
    const { last, untold, listener } = subscriber;
    if (this.restsUntil > 0 && last && sample.at - last.at < MAX_SILENCE_MS && looksLike(last, sample)) {
      subscriber.untold = sample;
      return;
    }
    subscriber.untold = undefined;
    subscriber.last = sample;
    // A sample stands for the time since the one before: it must not stand for a rest that it ended.
    if (untold && !looksLike(untold, sample)) listener(untold);
    listener(sample);
  }

  private restIfQuiet(services: Awaited<ReturnType<MeasureUsage>>): void {
    const isQuiet = services.every(({ cpuPercent }) => cpuPercent < QUIET_PERCENT);
    this.loudSamples = isQuiet ? 0 : this.loudSamples + 1;
    if (!isQuiet && this.quietSamples >= QUIET_SAMPLES && this.loudSamples < LOUD_SAMPLES) {
      this.restsUntil = 0;
      return;
    }
    this.quietSamples = isQuiet ? this.quietSamples + 1 : 0;
    const mayRest = [...this.subscribers].every((subscriber) => subscriber.mayRest);
    const restMs = this.quietSamples >= LONG_QUIET_SAMPLES ? LONG_REST_MS : REST_MS;
    this.restsUntil = mayRest && this.quietSamples >= QUIET_SAMPLES ? this.clock.monotonic() + restMs : 0;
    if (this.restsUntil > 0) this.schedule();
  }

  private serverCpuPercent(): number {
    const last = this.lastCpu;
    const at = this.clock.monotonic();
    const usage = process.cpuUsage();
    this.lastCpu = { usage, at };
    if (!last || at <= last.at) return 0;
    const usedUs = usage.user + usage.system - last.usage.user - last.usage.system;
    return usedUs / 10 / (at - last.at);
  }
}
