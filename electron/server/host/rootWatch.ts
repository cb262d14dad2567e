import type { Stats } from 'node:fs';
import { Deferred } from '../base/async.ts';
import { FolderChokidar } from './folderChokidar.ts';

/** What the watches on the folders of a root tell. Paths are absolute. */
export interface RootWatchListener {
  /** Whether a folder is not looked into. */
  isIgnored(folder: string, isKnownFolder: boolean): boolean;
  /** A folder that was not watched before; `isReady` is false for those that were there from the start. */
  handleFolder(path: string, stats: Stats | undefined, isReady: boolean): void;
  /** A folder is gone, or was: it may be back already. */
  handleFolderGone(path: string): void;
  /** The watch on a folder exists by now. What was made in it before that, nobody tells. */
  handleWatched(path: string, isReady: boolean): void;
  /** Something happened in a watched folder to what is named; without a name, nobody knows to what. */
  handleName(watchedPath: string, name: string | null): void;
  handleError(error: NodeJS.ErrnoException): void;
}

/**
 * The watches on a root and the folders under it.
 *
 * chokidar watches the folders only (it needs a watch and 10 KB for each **file** otherwise); its `raw` events still name
 * every file that a watched folder sees.
 */
export class RootWatch {
  private chokidar: FolderChokidar | undefined;
  private opening: Deferred<void> | undefined;
  private generation = 0;

  constructor(
    private readonly path: string,
    private readonly listener: RootWatchListener,
  ) {}

  /** Watches everything anew. Resolves when all folders are watched: true, or false when it was closed meanwhile. */
  async open(): Promise<boolean> {
    const generation = ++this.generation;
    const { listener } = this;
    const ready = new Deferred<void>();
    this.opening = ready;
    const isCurrent = (): boolean => generation === this.generation;
    const chokidar = new FolderChokidar(
      {
        ignored: (path, stats) =>
          stats && !stats.isDirectory() ? true : listener.isIgnored(path, stats !== undefined),
        followSymlinks: false,
        ignorePermissionErrors: true,
        atomic: false,
        usePolling: false,
      },
      {
        handleWatched: (path) => isCurrent() && listener.handleWatched(path, ready.isDone),
        handleWatchFailed: (path) => isCurrent() && listener.handleFolderGone(path),
      },
    );
    this.chokidar = chokidar;
    chokidar.on('addDir', (path, stats) => isCurrent() && listener.handleFolder(path, stats, ready.isDone));
    chokidar.on('unlinkDir', (path) => isCurrent() && listener.handleFolderGone(path));
    chokidar.on('raw', (_event, name, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (isCurrent() && watchedPath !== undefined) listener.handleName(watchedPath, name);
    });
    chokidar.on('error', (error) => isCurrent() && listener.handleError(error as NodeJS.ErrnoException));
    chokidar.on('ready', () => ready.resolve());
    chokidar.add(this.path);
    await ready.promise;
    return isCurrent();
  }

  /** Watches a folder that nobody told of. */
  add(path: string): void {
    this.chokidar?.add(path);
  }

  /** Closes all watches at once. */
  close(): void {
    this.generation++;
    const old = this.chokidar;
    this.chokidar = undefined;
    void old?.close();
    // Whoever waits for the closed instance to be ready goes on and sees that it is not the current one any more.
    this.opening?.resolve();
  }
}
