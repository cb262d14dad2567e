import { defaultSettings } from '../../../shared/contract/settings.ts';
import { SerialQueue } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { type LogSettings, logSettingsOf } from './logSettings.ts';
import { applyRetention, removalText } from './retention.ts';
import type { RunLog } from './runLog.ts';
import type { ServiceFolders } from './serviceFolders.ts';

/** How often age limits are looked at, ms; size limits are looked at whenever a segment is full. */
const RETENTION_PERIOD_MS = 60 * 60 * 1000;

/**
 * So long after a segment was finished the limits are looked at, ms: that goes through all files, and comes after a service
 * that is just being started anew. What is written meanwhile may be above the limit.
 */
const LOOK_DELAY_MS = 1000;

/** Collaborators of {@link LogLimits}. */
export interface LogLimitsOptions {
  folders: ServiceFolders;
  clock: Clock;
  logger: Logger;
  /** Asked anew at each use, so that a change of settings acts at once. */
  settings: (() => Promise<LogSettings>) | undefined;
  /** Logs of a service's runs that go on. */
  active(service: string): RunLog[];
  /** Something of a service was removed. */
  handleRemoved(service: string): void;
}

/** Keeps the logs within the limits of the settings, and says in them what it removed. */
export class LogLimits {
  private readonly queue = new SerialQueue();
  private isWaiting = false;
  private timer: Disposable | undefined;
  private isStopped = false;

  constructor(private readonly options: LogLimitsOptions) {}

  /** Looks at the limits now and then; the first time right away. */
  start(): Disposable {
    this.schedule();
    return this.options.clock.setInterval(() => this.schedule(), RETENTION_PERIOD_MS);
  }

  /** Applies the limits in a while; many calls are one look. */
  scheduleLater(): void {
    if (this.timer || this.isStopped) return;
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      this.schedule();
    }, LOOK_DELAY_MS);
  }

  private schedule(): void {
    if (this.isWaiting || this.isStopped) return;
    this.isWaiting = true;
    void this.queue.run(async () => {
      this.isWaiting = false;
      await this.removeOld().catch((error: unknown) => {
        this.options.logger.warn(`old log files could not be removed: ${errorText(error)}`);
      });
    });
  }

  /** Applies the limits once; resolves when it is done. */
  apply(): Promise<void> {
    return this.queue.run(() => this.removeOld());
  }

  /** No further looks by itself. */
  stop(): void {
    this.isStopped = true;
    this.timer?.dispose();
  }

  /** Resolves when the last look is done. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  private async removeOld(): Promise<void> {
    const { folders, clock, logger } = this.options;
    const settings = (await this.options.settings?.()) ?? logSettingsOf(defaultSettings.logs);
    const services = await folders.services();
    const isActive = (service: string, run: number): boolean =>
      this.options.active(service).some((log) => log.run === run);
    const removed = await applyRetention(folders.path, services, settings, clock.now(), isActive);
    for (const one of removed) {
      const text = removalText(one);
      logger.info(`${one.service}: ${text}`, { service: one.service, bytes: one.bytes });
      const active = this.options.active(one.service);
      for (const log of active) log.note(text, 'warn');
      // Nobody writes into the log of a service that does not run: its next run says it.
      if (active.length === 0) await folders.addRemoval(one.service, text);
      this.options.handleRemoved(one.service);
    }
  }
}
