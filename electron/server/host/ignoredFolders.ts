import type { WatchSubscribers } from './watchSubscribers.ts';

/** The folders under a root that are not looked into because everybody who watches it ignores them. Paths are relative to the root. */
export class IgnoredFolders {
  private readonly folders = new Set<string>();

  constructor(private readonly subscribers: WatchSubscribers) {}

  /** Whether a path is not looked into; it is remembered when it is known to be a folder. */
  has(path: string, isKnownFolder: boolean): boolean {
    if (!this.subscribers.ignoreFolder(path)) return false;
    if (isKnownFolder) this.folders.add(path);
    return true;
  }

  /** Whether `isWanted` holds for one of them. Forgets which ones they were, when so. */
  take(isWanted: (folder: string) => boolean): boolean {
    if (![...this.folders].some(isWanted)) return false;
    this.folders.clear();
    return true;
  }
}
