import { join, sep } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { HOT_MS } from './rootFiles.ts';
import { POLL_MS } from './rootPolling.ts';
import { RootTracking } from './rootTracking.ts';
import { silentReason } from './watchLimits.ts';
import type { WatchSpec } from './watchSpec.ts';
import { type Subscriber, WatchSubscribers } from './watchSubscribers.ts';

/** What a {@link WatchedRoot} works with. */
export interface WatchedRootOptions {
  clock: Clock;
  /** A folder was deleted and made again. Expected to call `letGo` and `takeUp` of every root that holds it. */
  replaced: (folder: string) => void;
  silentReason?: (root: string) => Promise<string | undefined>;
}

/** One watched folder with everything under it, for all who watch it. */
export class WatchedRoot {
  private readonly subscribers = new WatchSubscribers();
  private readonly tracking: RootTracking;
  private ready: Promise<void> | undefined;

  constructor(
    readonly path: string,
    private readonly options: WatchedRootOptions,
  ) {
    this.tracking = new RootTracking(path, options.clock, this.subscribers, (folder) => options.replaced(folder));
  }

  get stopped(): boolean {
    return this.tracking.stopped;
  }

  get isUnused(): boolean {
    return this.subscribers.size === 0;
  }

  async subscribe(spec: WatchSpec): Promise<Subscriber> {
    const subscriber: Subscriber = { spec, fileCount: 0 };
    const first = this.subscribers.size === 0 && this.ready === undefined;
    this.subscribers.add(subscriber);
    if (first) this.ready = this.start();
    else this.ready = (this.ready ?? Promise.resolve()).then(() => this.widen(spec));
    try {
      await this.ready;
    } catch (error) {
      this.subscribers.delete(subscriber);
      throw error;
    }
    await this.subscribers.count(subscriber, this.tracking.files.index.filePaths());
    return subscriber;
  }

  /** Absolute paths of the files that changed since a time, ms. */
  async changedSince({ spec }: Subscriber, since: number): Promise<string[]> {
    const paths = await this.tracking.files.changedSince(since, (path) => !spec.isIgnored(path, false));
    return paths.map((path) => join(spec.root, path));
  }

  unsubscribe(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
  }

  stop(): void {
    this.tracking.stop();
  }

  /** Whether `folder` (absolute) is the root, under it, or above it. */
  holds(folder: string): boolean {
    return folder === this.path || folder.startsWith(this.path + sep) || this.path.startsWith(folder + sep);
  }

  /** Closes all watches at once. */
  letGo(): void {
    this.tracking.close();
  }

  /** Watches everything anew and tells what changed in between. */
  takeUp(): void {
    if (this.stopped || this.tracking.polling.coversAll) return;
    // Times of files are those of the file system, which may step behind the clock by its grain.
    const since = this.options.clock.now() - HOT_MS;
    void this.tracking.open(true, since).catch(() => {});
  }

  private async start(): Promise<void> {
    const reason = await (this.options.silentReason ?? silentReason)(this.path);
    if (this.stopped) return;
    if (reason === undefined) {
      await this.tracking.open(false, undefined);
    } else {
      await this.tracking.polling.coverAll();
      this.subscribers.tellProblem(`${reason}; it is checked every ${POLL_MS / 1000} s instead`);
    }
  }

  /** A later subscriber may look into folders that the others ignore; then everything is watched anew. */
  private async widen(spec: WatchSpec): Promise<void> {
    if (this.stopped || this.tracking.polling.coversAll) return;
    if (!this.tracking.takeMissing((folder) => !spec.isIgnored(folder, true))) return;
    this.letGo();
    await this.tracking.open(true, this.options.clock.now() - HOT_MS);
  }
}
