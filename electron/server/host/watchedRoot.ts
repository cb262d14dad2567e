import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { type FSWatcher, watch as watchFolders } from 'chokidar';
import { Deferred, mapLimit } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import { BurstGuard } from './burstGuard.ts';
import { splitRelative } from './fileIndex.ts';
import { HOT_MS, type ListOptions, PARALLEL_LOOKS, RootFiles, type RootFilesHost } from './rootFiles.ts';
import { limitText, silentReason, watchLimit } from './watchLimits.ts';
import type { FileChangeKind, WatchSpec } from './watchSpec.ts';
import { type Subscriber, WatchSubscribers } from './watchSubscribers.ts';

/**
 * When a new folder is listed, ms after it was seen. Its own watch comes only after chokidar has read it; what is written
 * before that is found by these looks.
 */
const NEW_FOLDER_LOOKS_MS = [0, 60, 250, 1_000];

/** Shortest time between two looks at folders that cannot be watched, ms. A save is seen after half of it on average. */
const POLL_MS = 1_000;

/** Looks take at most this share of the time: a pass that took 200 ms is followed by 4 s of rest. */
const POLL_REST_FACTOR = 20;

/** Time between two looks for a root that was deleted, ms. */
const ROOT_RETURN_MS = 500;

/**
 * How much older, in ms, than its event a change can be. Events wait as long as this process is busy; those of a burst
 * that overflowed have waited for seconds.
 */
const EVENT_LAG_MS = 10_000;

/** What a {@link WatchedRoot} works with. */
export interface WatchedRootOptions {
  clock: Clock;
  /** A folder was deleted and made again. Expected to call `letGo` and `takeUp` of every root that holds it. */
  replaced: (folder: string) => void;
  silentReason?: (root: string) => Promise<string | undefined>;
}

/**
 * One watched folder with everything under it.
 *
 * chokidar watches the folders only (it needs a watch and 10 KB for each **file** otherwise); its `raw` events still name
 * every file that a watched folder sees. What a name means (new, changed, gone) is found here by looking at it. Folders
 * that cannot be watched are looked through at intervals. Links are not followed: a link is a file here, so that no loop
 * and no way out of the root exists.
 */
export class WatchedRoot implements RootFilesHost {
  private readonly files: RootFiles;
  private readonly subscribers = new WatchSubscribers();
  private readonly polled = new Set<string>();
  /** Folders that were not looked into because every subscriber ignores them. */
  private readonly ignoredFolders = new Set<string>();
  private readonly timers = new DisposableStore();
  private chokidar: FSWatcher | undefined;
  private ready: Promise<void> | undefined;
  private initialised = false;
  stopped = false;
  private pollAll = false;
  private polling = false;
  private limitCode: string | undefined;
  private limitSaid = false;
  /** Folders that an instance found before it was ready. */
  private found: string[] = [];
  private opening: Deferred<void> | undefined;
  private generation = 0;
  /** When the watches of now were opened; what is older was listed then. */
  private openedMs = 0;
  private readonly bursts: BurstGuard;

  constructor(
    readonly path: string,
    private readonly options: WatchedRootOptions,
  ) {
    this.bursts = new BurstGuard(options.clock, (beganMs) => {
      void this.files.lookThrough(Math.max(beganMs - EVENT_LAG_MS, this.openedMs - HOT_MS));
    });
    this.files = new RootFiles(path, this);
  }

  get clock(): Clock {
    return this.options.clock;
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
    await this.subscribers.count(subscriber, this.files.index.filePaths());
    return subscriber;
  }

  /** Absolute paths of the files that changed since a time, ms. */
  async changedSince({ spec }: Subscriber, since: number): Promise<string[]> {
    const paths = await this.files.changedSince(since, (path) => !spec.isIgnored(path, false));
    return paths.map((path) => join(spec.root, path));
  }

  unsubscribe(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
  }

  stop(): void {
    this.stopped = true;
    this.timers.dispose();
    this.bursts.dispose();
    this.letGo();
  }

  /** Whether `folder` (absolute) is the root, under it, or above it. */
  holds(folder: string): boolean {
    return folder === this.path || folder.startsWith(this.path + sep) || this.path.startsWith(folder + sep);
  }

  /** Closes all watches at once. */
  letGo(): void {
    this.generation++;
    const old = this.chokidar;
    this.chokidar = undefined;
    void old?.close();
    // Whoever waits for the closed instance to be ready goes on and sees that it is not the current one any more.
    this.opening?.resolve();
  }

  /** Watches everything anew and tells what changed in between. */
  takeUp(): void {
    if (this.stopped || this.pollAll) return;
    // Times of files are those of the file system, which may step behind the clock by its grain.
    const since = this.options.clock.now() - HOT_MS;
    void this.open(true, since).catch(() => {});
  }

  private async start(): Promise<void> {
    const reason = await (this.options.silentReason ?? silentReason)(this.path);
    if (this.stopped) return;
    if (reason === undefined) {
      await this.open(false, undefined);
    } else {
      this.pollAll = true;
      await this.pollPass(false);
      this.subscribers.tellProblem(`${reason}; it is checked every ${POLL_MS / 1000} s instead`);
      this.schedulePoll(POLL_MS);
    }
    this.initialised = true;
  }

  /** A later subscriber may look into folders that the others ignore; then everything is watched anew. */
  private async widen(spec: WatchSpec): Promise<void> {
    if (this.stopped || this.pollAll) return;
    if ([...this.ignoredFolders].every((folder) => spec.isIgnored(folder, true))) return;
    this.ignoredFolders.clear();
    this.letGo();
    await this.open(true, this.options.clock.now() - HOT_MS);
  }

  /** Watches the folders and then lists them; by then their watches exist, so nothing falls in between. */
  private async open(report: boolean, since: number | undefined): Promise<void> {
    const generation = ++this.generation;
    this.openedMs = this.options.clock.now();
    this.found = [];
    const ready = new Deferred<void>();
    this.opening = ready;
    const chokidar = watchFolders(this.path, {
      ignored: (path, stats) => {
        if (stats && !stats.isDirectory()) return true;
        const folder = this.relative(path);
        if (!this.subscribers.ignoreFolder(folder)) return false;
        if (stats) this.ignoredFolders.add(folder);
        return true;
      },
      followSymlinks: false,
      ignorePermissionErrors: true,
      atomic: false,
      usePolling: false,
    });
    this.chokidar = chokidar;
    const current = (): boolean => generation === this.generation && !this.stopped;
    chokidar.on('addDir', (path, stats) => current() && this.handleFolder(path, stats, ready.isDone));
    chokidar.on('unlinkDir', (path) => current() && this.handleFolderGone(path));
    chokidar.on('raw', (event, name, details) => {
      if (current()) this.handleRaw(event, name, (details as { watchedPath?: string }).watchedPath);
    });
    chokidar.on('error', (error) => current() && this.handleError(error as NodeJS.ErrnoException));
    chokidar.on('ready', () => ready.resolve());
    await ready.promise;
    if (!current()) return;
    const seen = new Set(this.found);
    if (report) {
      for (const folder of this.files.index.folderPaths()) {
        if (!seen.has(folder) && !this.polled.has(folder)) this.forgetFolder(folder);
      }
    }
    await mapLimit(this.found, PARALLEL_LOOKS, (folder) => this.files.list(folder, { report, since }));
    this.found = [];
    if (this.polled.size > 0) await this.pollPass(report);
    await this.sayLimit();
  }

  private handleFolder(path: string, stats: Stats | undefined, isReady: boolean): void {
    const folder = this.relative(path);
    const isNew = this.files.index.get(folder) === undefined;
    this.files.index.ensure(folder, stats);
    if (!isReady) {
      this.found.push(folder);
      return;
    }
    if (!isNew) return;
    for (const delayMs of NEW_FOLDER_LOOKS_MS) {
      this.later(delayMs, () => this.files.list(folder, { report: true, stamps: true }));
    }
  }

  private handleFolderGone(path: string): void {
    const folder = this.relative(path);
    this.forgetFolder(folder);
    if (folder === '') this.awaitRoot();
  }

  private forgetFolder(folder: string): void {
    for (const path of this.files.index.remove(folder)) this.tell(path, 'unlink');
    for (const path of this.polled) {
      if (path === folder || folder === '' || path.startsWith(`${folder}/`)) this.polled.delete(path);
    }
  }

  handleMissingFolder(folder: string): void {
    // For a watched one chokidar tells.
    if (this.pollAll || this.polled.has(folder)) this.forgetFolder(folder);
  }

  handleReplacedFolder(folder: string): void {
    this.options.replaced(join(this.path, folder));
  }

  handleMissingRoot(): void {
    this.handleFolderGone(this.path);
  }

  private awaitRoot(): void {
    this.letGo();
    this.later(ROOT_RETURN_MS, async () => {
      const back = await lstat(this.path).then(
        (stats) => stats.isDirectory(),
        () => false,
      );
      if (this.stopped) return;
      if (back) await this.open(true, undefined);
      else this.awaitRoot();
    });
  }

  private handleRaw(_event: string, name: string | null, watchedPath: string | undefined): void {
    if (watchedPath === undefined) return;
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

  private handleError(error: NodeJS.ErrnoException): void {
    if (error.code === 'ENOSPC' || error.code === 'EMFILE') {
      this.limitCode = error.code;
      this.polled.add(this.relative(error.path ?? this.path));
      // Before the instance is ready, open() does this for all of them together.
      if (this.initialised) this.later(0, () => this.sayLimit());
      this.schedulePoll(POLL_MS);
      return;
    }
    this.subscribers.tellProblem(`${error.path ?? this.path} cannot be watched: ${error.message}`);
  }

  private async sayLimit(): Promise<void> {
    if (this.limitCode === undefined || this.limitSaid) return;
    this.limitSaid = true;
    this.subscribers.tellProblem(limitText(this.path, this.polled.size, await watchLimit(this.limitCode), POLL_MS));
  }

  private schedulePoll(delayMs: number): void {
    if (this.polling || this.stopped) return;
    this.polling = true;
    this.later(delayMs, async () => {
      const began = this.options.clock.monotonic();
      await this.pollPass(true);
      this.polling = false;
      if (!this.pollAll && this.polled.size === 0) return;
      this.schedulePoll(Math.max(POLL_MS, (this.options.clock.monotonic() - began) * POLL_REST_FACTOR));
    });
  }

  private async pollPass(report: boolean): Promise<void> {
    if (this.pollAll) {
      const stats = await lstat(this.path).catch(() => undefined);
      if (!stats) {
        this.forgetFolder('');
        return;
      }
      this.files.index.ensure('', stats);
    }
    const folders = this.pollAll ? this.files.index.folderPaths() : [...this.polled];
    await mapLimit(folders, PARALLEL_LOOKS, (folder) => this.files.list(folder, { report, stamps: true }));
  }

  /** A folder that a look found. Watched parents tell of theirs through chokidar; those that are looked through do not. */
  async handleListedFolder(path: string, parent: string, how: ListOptions): Promise<void> {
    if (this.files.index.get(path) || this.subscribers.ignoreFolder(path)) return;
    if (this.pollAll) {
      this.files.index.ensure(path, undefined);
      await this.files.list(path, { report: how.report, stamps: true });
    } else if (this.polled.has(parent) || how.since !== undefined) {
      // Nobody tells of it: the parent is not watched, or the event was dropped.
      this.chokidar?.add(join(this.path, path));
    }
  }

  tell(path: string, kind: FileChangeKind): void {
    this.subscribers.tell(path, kind);
  }

  private relative(path: string): string {
    const way = relative(this.path, path);
    return sep === '/' ? way : way.replaceAll(sep, '/');
  }

  later(delayMs: number, act: () => Promise<void>): void {
    const timer = this.options.clock.setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopped) void act().catch(() => {});
    }, delayMs);
    this.timers.add(timer);
  }
}
