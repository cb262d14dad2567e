import { realpath } from 'node:fs/promises';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Disposable, toDisposable } from '../base/lifecycle.ts';
import { WatchedRoot } from './watchedRoot.ts';
import type { WatchSpec } from './watchSpec.ts';

/** Something that is watched until it is disposed. */
export interface Watch extends Disposable {
  /** Files that count, as known now. */
  readonly fileCount: number;
  /** Absolute paths of the files that changed since a time, ms, also before they were watched. */
  changedSince(since: number): Promise<string[]>;
}

/** What a {@link FolderWatcher} works with; everything has a sensible default. */
export interface FolderWatcherOptions {
  clock?: Clock;
  /** Why changes under a root must be looked for; undefined when the system tells them. */
  silentReason?: (root: string) => Promise<string | undefined>;
}

/** Watches folders. Watches of the same root share everything but their rules of what counts. */
export class FolderWatcher {
  private readonly roots = new Map<string, WatchedRoot>();
  private readonly clock: Clock;

  constructor(private readonly options: FolderWatcherOptions = {}) {
    this.clock = options.clock ?? systemClock;
  }

  /** Resolves when everything that is there is watched. Rejects when the root is not there. */
  async watch(spec: WatchSpec): Promise<Watch> {
    const path = await realpath(spec.root);
    let root = this.roots.get(path);
    if (!root) {
      root = new WatchedRoot(path, {
        clock: this.clock,
        replaced: (folder) => this.handleReplaced(folder),
        ...(this.options.silentReason ? { silentReason: this.options.silentReason } : {}),
      });
      this.roots.set(path, root);
    }
    const shared = root;
    const leave = (): void => {
      if (!shared.isUnused) return;
      if (this.roots.get(path) === shared) this.roots.delete(path);
      shared.stop();
    };
    const subscriber = await shared.subscribe(spec).catch((error: unknown) => {
      leave();
      throw error;
    });
    const end = toDisposable(() => {
      shared.unsubscribe(subscriber);
      leave();
    });
    return {
      dispose: () => end.dispose(),
      changedSince: (since) => shared.changedSince(subscriber, since),
      get fileCount() {
        return subscriber.fileCount;
      },
    };
  }

  /** Ends every watch. */
  stop(): void {
    for (const root of this.roots.values()) root.stop();
    this.roots.clear();
  }

  /**
   * A folder was deleted and made again faster than chokidar noticed; its watch belongs to the deleted one. chokidar
   * shares watches among its instances, so that all of them have to let go of it before one takes it anew.
   */
  private handleReplaced(folder: string): void {
    const affected = [...this.roots.values()].filter((root) => root.holds(folder));
    for (const root of affected) root.letGo();
    for (const root of affected) root.takeUp();
  }
}
