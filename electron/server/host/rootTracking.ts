import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { mapLimit } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { BurstGuard } from './burstGuard.ts';
import { splitRelative } from './fileIndex.ts';
import { IgnoredFolders } from './ignoredFolders.ts';
import { LaterTasks } from './laterTasks.ts';
import { HOT_MS, type ListOptions, PARALLEL_LOOKS, RootFiles, type RootFilesHost } from './rootFiles.ts';
import { type PolledRoot, RootPolling } from './rootPolling.ts';
import { RootWatch, type RootWatchListener } from './rootWatch.ts';
import type { FileChangeKind } from './watchSpec.ts';
import type { WatchSubscribers } from './watchSubscribers.ts';

/**
 * How long after a folder was seen by a look chokidar may take to tell of it, ms. It tells of nearly all of them, and a
 * folder that is added once more costs twice for each event.
 */
const MISSED_FOLDER_MS = 100;

/** Time between two looks for a root that was deleted, ms. */
const ROOT_RETURN_MS = 500;

/**
 * How much older, in ms, than its event a change can be. Events wait as long as this process is busy; those of a burst
 * that overflowed have waited for seconds.
 */
const EVENT_LAG_MS = 10_000;

/**
 * Keeps what is known of the files under a root in step with the disk, and tells the subscribers what differs. What an
 * event of a name means (new, changed, gone) is found by looking at it. A link is a file here, so no loop and no way
 * out of the root exists.
 */
export class RootTracking implements RootFilesHost, RootWatchListener, PolledRoot {
  readonly files: RootFiles;
  readonly polling: RootPolling;
  stopped = false;
  private readonly watch: RootWatch;
  private readonly ignored: IgnoredFolders;
  private readonly tasks: LaterTasks;
  /** Everything has been watched once. */
  private isOpen = false;
  /** Folders found before all watches were there. */
  private found: string[] = [];
  /** When the watches were opened; what is older was listed then. */
  private openedMs = 0;
  private readonly bursts: BurstGuard;

  /** `replaced` hears of a folder (absolute) that was deleted and made again. */
  constructor(
    readonly path: string,
    readonly clock: Clock,
    private readonly subscribers: WatchSubscribers,
    private readonly replaced: (folder: string) => void,
  ) {
    this.bursts = new BurstGuard(clock, (beganMs) => {
      void this.files.lookThrough(Math.max(beganMs - EVENT_LAG_MS, this.openedMs - HOT_MS));
    });
    this.ignored = new IgnoredFolders(subscribers);
    this.tasks = new LaterTasks(clock);
    this.files = new RootFiles(path, this);
    this.watch = new RootWatch(path, this);
    this.polling = new RootPolling(this);
  }

  stop(): void {
    this.stopped = true;
    this.tasks.dispose();
    this.bursts.dispose();
    this.close();
  }

  /** Closes all watches at once. */
  close(): void {
    this.watch.close();
  }

  /** Whether a folder was not looked into although `wanted` holds for it. Forgets which ones those were, when so. */
  takeMissing(isWanted: (folder: string) => boolean): boolean {
    return this.ignored.take(isWanted);
  }

  /**
   * Watches the folders and then lists them; by then their watches exist, so nothing falls in between. Differences are told
   * when `report`, those later than `since` (ms since 1970) also where it is not known what was there before.
   */
  async open(report: boolean, since: number | undefined): Promise<void> {
    this.openedMs = this.clock.now();
    this.found = [];
    if (!(await this.watch.open()) || this.stopped) return;
    const seen = new Set(this.found);
    if (report) {
      for (const folder of this.files.index.folderPaths()) {
        if (!seen.has(folder) && !this.polling.covers(folder)) this.forgetFolder(folder);
      }
    }
    await mapLimit(this.found, PARALLEL_LOOKS, (folder) => this.files.list(folder, { report, since }));
    this.found = [];
    if (this.polling.size > 0) await this.polling.look(report);
    await this.polling.sayLimit();
    this.isOpen = true;
  }

  isIgnored(path: string, isKnownFolder: boolean): boolean {
    return this.ignored.has(this.relative(path), isKnownFolder);
  }

  handleFolder(path: string, stats: Stats | undefined, isReady: boolean): void {
    const folder = this.relative(path);
    this.files.index.ensure(folder, stats);
    // Once now, for it may be one that cannot be watched; the look that misses nothing comes when it is watched.
    if (isReady) this.later(0, () => this.files.list(folder, { report: true, stamps: true }));
    else this.found.push(folder);
  }

  handleWatched(path: string, isReady: boolean): void {
    // open() lists those that were there from the start.
    if (!isReady) return;
    const folder = this.relative(path);
    // It may have been forgotten since it was told: it was deleted and made again before it was watched.
    this.files.index.ensure(folder, undefined);
    void this.files.list(folder, { report: true, stamps: true });
  }

  handleFolderGone(path: string): void {
    const folder = this.relative(path);
    this.forgetFolder(folder);
    if (folder === '') this.awaitRoot();
    else this.addIfMissed(folder);
  }

  forgetFolder(folder: string): void {
    for (const path of this.files.index.remove(folder)) this.tell(path, 'unlink');
    this.polling.forget(folder);
  }

  handleMissingFolder(folder: string): void {
    // For a watched one chokidar tells.
    if (this.polling.covers(folder)) this.forgetFolder(folder);
  }

  handleReplacedFolder(folder: string): void {
    this.replaced(join(this.path, folder));
  }

  handleMissingRoot(): void {
    this.handleFolderGone(this.path);
  }

  private awaitRoot(): void {
    this.close();
    this.later(ROOT_RETURN_MS, async () => {
      const stats = await lstat(this.path).catch(() => undefined);
      if (this.stopped) return;
      if (stats?.isDirectory()) await this.open(true, undefined);
      else this.awaitRoot();
    });
  }

  handleName(watchedPath: string, name: string | null): void {
    this.bursts.note();
    const folder = this.relative(watchedPath);
    if (!name) {
      void this.files.list(folder, { report: true, stamps: true });
      return;
    }
    const full = resolve(watchedPath, name);
    // A folder that is deleted names itself; then it is the folder that has to be looked at, and a file of the same name.
    if (name === splitRelative(folder === '' ? this.path.replaceAll(sep, '/') : folder).name)
      this.files.looks.add(folder);
    const path = this.relative(full);
    if (path === '' || this.files.index.get(path) || !this.subscribers.ignoreFile(path)) this.files.looks.add(path);
  }

  handleError(error: NodeJS.ErrnoException): void {
    if (error.code === 'ENOSPC' || error.code === 'EMFILE') {
      this.polling.add(this.relative(error.path ?? this.path), error.code);
      // Before that, open() does this for all of them together.
      if (this.isOpen) this.later(0, () => this.polling.sayLimit());
      return;
    }
    this.tellProblem(`${error.path ?? this.path} cannot be watched: ${error.message}`);
  }

  /** A folder that a look found. chokidar tells of it as well, unless its parent was not watched when it was made. */
  async handleListedFolder(path: string, how: ListOptions): Promise<void> {
    if (this.files.index.get(path) || this.subscribers.ignoreFolder(path)) return;
    if (this.polling.coversAll) {
      this.files.index.ensure(path, undefined);
      await this.files.list(path, { report: how.report, stamps: true });
    } else this.addIfMissed(path);
  }

  /** Watches a folder of which chokidar does not tell. */
  private addIfMissed(folder: string): void {
    this.later(MISSED_FOLDER_MS, async () => {
      if (this.files.index.get(folder) || this.subscribers.ignoreFolder(folder)) return;
      const path = join(this.path, folder);
      // chokidar waits in a way of its own for what is not there.
      const stats = await lstat(path).catch(() => undefined);
      if (stats?.isDirectory() && !this.stopped) this.watch.add(path);
    });
  }

  tellProblem(text: string): void {
    this.subscribers.tellProblem(text);
  }

  tell(path: string, kind: FileChangeKind): void {
    this.subscribers.tell(path, kind);
  }

  private relative(path: string): string {
    const way = relative(this.path, path);
    return sep === '/' ? way : way.replaceAll(sep, '/');
  }

  later(delayMs: number, act: () => Promise<void>): void {
    this.tasks.add(delayMs, act);
  }
}
