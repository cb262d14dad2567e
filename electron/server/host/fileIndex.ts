import type { Stats } from 'node:fs';

/**
 * What a file was when it was last looked at: modification time, size and inode. Empty for a file that was only ever
 * seen as a name.
 */
export type Stamp = string;

/** The stamp of a file. */
export function stampOf(stats: Stats): Stamp {
  return `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

/** By which a folder is told from another one of the same name; the inode is 0 while it was only seen as a name. */
export type FolderIdentity = Pick<Stats, 'ino' | 'birthtimeMs'>;

/** One folder as known: which one it is, and its files with their stamps. */
export interface KnownFolder extends FolderIdentity {
  files: Map<string, Stamp>;
}

/**
 * The folders under a root and the names of their files, by path relative to the root (`/` separated, '' is the root).
 * Holding names only is what makes watching cheap: about 100 bytes a file.
 */
export class FileIndex {
  private readonly folders = new Map<string, KnownFolder>();
  private hasBirths = false;

  get folderCount(): number {
    return this.folders.size;
  }

  get(folder: string): KnownFolder | undefined {
    return this.folders.get(folder);
  }

  /** The folder, added when it is new. */
  ensure(folder: string, stats: (FolderIdentity & Pick<Stats, 'ctimeMs'>) | undefined): KnownFolder {
    let known = this.folders.get(folder);
    if (!known) {
      known = { ino: 0, birthtimeMs: 0, files: new Map() };
      this.folders.set(folder, known);
    }
    if (stats) this.identify(known, stats);
    return known;
  }

  /**
   * Whether a folder that was known is another one by now; from then on it is that one. ext4 gives the inode of a deleted
   * folder to the next one, so the time of birth decides as well. Where the file system keeps none, that time is told as
   * the one of the last change; it counts once a folder was seen whose two times differ.
   */
  isReplaced(known: KnownFolder, stats: FolderIdentity & Pick<Stats, 'ctimeMs'>): boolean {
    const before = { ino: known.ino, birthtimeMs: known.birthtimeMs };
    this.identify(known, stats);
    if (before.ino === 0) return false;
    return before.ino !== stats.ino || (this.hasBirths && before.birthtimeMs !== stats.birthtimeMs);
  }

  private identify(known: KnownFolder, { ino, birthtimeMs, ctimeMs }: FolderIdentity & Pick<Stats, 'ctimeMs'>): void {
    if (birthtimeMs > 0 && birthtimeMs !== ctimeMs) this.hasBirths = true;
    known.ino = ino;
    known.birthtimeMs = birthtimeMs;
  }

  /** Forgets a folder and everything under it; gives the files that were there. */
  remove(folder: string): string[] {
    const gone: string[] = [];
    for (const [path, { files }] of this.folders) {
      if (path !== folder && folder !== '' && !path.startsWith(`${folder}/`)) continue;
      for (const name of files.keys()) gone.push(joinRelative(path, name));
      this.folders.delete(path);
    }
    return gone;
  }

  folderPaths(): string[] {
    return [...this.folders.keys()];
  }

  *filePaths(): Iterable<string> {
    for (const [path, { files }] of this.folders) for (const name of files.keys()) yield joinRelative(path, name);
  }
}

/** Joins relative paths of a {@link FileIndex}. */
export function joinRelative(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Splits `a/b/c` into `a/b` and `c`. */
export function splitRelative(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { folder: '', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}
