import { defaultSettings, type Settings } from '../../shared/contract/settings.ts';
import type { Clock } from './base/clock.ts';
import type { Disposable } from './base/lifecycle.ts';
import type { SettingsFile } from './settings/settingsFile.ts';

/** ms that settings are used before the file is looked at again: requests come by the thousand, edits by hand do not. */
const LOOK_MS = 2000;

/** The settings of traffic, to be asked at each request: at hand at once, and never older than the last look by much. */
export class TrafficSettings implements Disposable {
  private settings = defaultSettings.traffic;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** When the access log was last switched on, ms since 1970. */
  private loggedSince = Number.NEGATIVE_INFINITY;
  private readonly subscription: Disposable;

  constructor(
    private readonly file: Pick<SettingsFile, 'read' | 'onDidChange'>,
    private readonly clock: Clock,
  ) {
    this.subscription = file.onDidChange(({ traffic }) => this.take(traffic));
  }

  /** Reads the file; never rejects. */
  async load(): Promise<void> {
    this.lookedAt = this.clock.monotonic();
    this.take((await this.file.read()).settings.traffic);
  }

  get current(): Settings['traffic'] {
    if (this.clock.monotonic() - this.lookedAt > LOOK_MS) void this.load();
    return this.settings;
  }

  /** Whether a request that came `at` (ms since 1970) and ends now belongs in the access log: it counts what held when it came. */
  isLogged(at: number): boolean {
    return this.current.accessLog && at >= this.loggedSince;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private take(settings: Settings['traffic']): void {
    if (settings.accessLog && !this.settings.accessLog) this.loggedSince = this.clock.now();
    this.settings = settings;
  }
}
