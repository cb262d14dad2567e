import { type ChokidarOptions, FSWatcher } from 'chokidar';

/** What {@link FolderChokidar} tells besides the events of chokidar. Paths are absolute. */
export interface FolderChokidarListener {
  /** The watch on a folder exists: from now on its events come. */
  handleWatched(path: string): void;
  /** A folder was gone when its watch was to be made. */
  handleWatchFailed(path: string): void;
}

/**
 * chokidar reads a folder first and watches it afterwards. It never notices what is made in between, nor that a folder
 * was gone at that moment and is back. This says when the watch is there, so that the folder can be read once more, and
 * lets go of what is left of a folder that was deleted.
 */
export class FolderChokidar extends FSWatcher {
  constructor(
    options: ChokidarOptions,
    private readonly listener: FolderChokidarListener,
  ) {
    super(options);
    // Told before the new folder is read. What is known under its name is of a deleted one: within 100 ms of another
    // deletion chokidar does not clean up, and would go on with the dead watch and take the new subfolders for old ones.
    this.on('addDir', (path) => {
      this._closeFile(path);
      this._watched.delete(path);
    });
  }

  override _addPathCloser(path: string, closer: () => void): void {
    super._addPathCloser(path, closer);
    this.listener.handleWatched(path);
  }

  override _handleError(error: NodeJS.ErrnoException): ReturnType<FSWatcher['_handleError']> {
    if (error.code === 'ENOENT' && error.syscall === 'watch' && typeof error.path === 'string') {
      // chokidar takes it for watched otherwise, and does not watch it when it is back.
      this._closePath(error.path);
      this.listener.handleWatchFailed(error.path);
    }
    return super._handleError(error);
  }
}
