import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mapLimit } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { FileIndex, joinRelative, splitRelative, stampOf } from './fileIndex.ts';
import { LookQueue } from './lookQueue.ts';
import type { FileChangeKind } from './watchSpec.ts';

/**
 * A file that vanishes is looked for once more after this many ms: editors rename the old file away before they put the
 * new one in its place. Longer than that takes on a busy machine, and short enough that a deletion is still felt at once.
 */
const UNLINK_CONFIRM_MS = 150;

/**
 * A file changed less than this many ms ago may change again within the grain of its time stamp, so an equal stamp proves
 * nothing yet. File systems with a coarse clock step in 4 to 10 ms.
 */
export const HOT_MS = 50;

/** Looks at files and folders that are under way at once. */
export const PARALLEL_LOOKS = 16;

/** How a folder is listed. */
export interface ListOptions {
  /** Differences are told; otherwise they are only taken note of. */
  report: boolean;
  /** Every file is looked at, not only its name. */
  stamps?: boolean;
  /** Files changed later than this (ms since 1970) count as changed although it is not known what they were before. */
  since?: number | undefined;
}

/** What {@link RootFiles} asks of the root it belongs to. Paths are relative to the root. */
export interface RootFilesHost {
  readonly clock: Clock;
  readonly stopped: boolean;
  later(delayMs: number, act: () => Promise<void>): void;
  tell(path: string, kind: FileChangeKind): void;
  /** A look saw a folder. */
  handleListedFolder(path: string, how: ListOptions): Promise<void>;
  /** A known folder could not be listed. */
  handleMissingFolder(folder: string): void;
  /** There is another folder of the same name. */
  handleReplacedFolder(folder: string): void;
  handleMissingRoot(): void;
}

/**
 * The files under a root as known, and what a look at the disk says about them: that a name is new, changed or gone.
 */
export class RootFiles {
  readonly index = new FileIndex();
  readonly looks = new LookQueue(PARALLEL_LOOKS, (path) => this.lookAt(path));

  constructor(
    private readonly path: string,
    private readonly host: RootFilesHost,
  ) {}

  /** Looks at everything that changed since a time (ms), because events may have been dropped. */
  async lookThrough(since: number): Promise<void> {
    await mapLimit(this.index.folderPaths(), PARALLEL_LOOKS, (folder) => this.list(folder, { report: true, since }));
  }

  /** Files changed or made since a time (ms), of those that count. What was only deleted leaves nothing to find. */
  async changedSince(since: number, counts: (path: string) => boolean): Promise<string[]> {
    const changed: string[] = [];
    await mapLimit([...this.index.filePaths()].filter(counts), PARALLEL_LOOKS, async (path) => {
      const stats = await lstat(join(this.path, path)).catch(() => undefined);
      if (stats && Math.max(stats.mtimeMs, stats.ctimeMs) > since) changed.push(path);
    });
    return changed;
  }

  /** Lists a folder and compares it with what is known. */
  async list(folder: string, how: ListOptions): Promise<void> {
    const entries = await readdir(join(this.path, folder), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' || error.code === 'ENOTDIR' ? undefined : []),
    );
    if (this.host.stopped) return;
    const known = this.index.get(folder);
    if (entries === undefined) {
      if (known) this.host.handleMissingFolder(folder);
      return;
    }
    if (!known) return;
    const present = new Set<string>();
    const toLookAt: string[] = [];
    for (const entry of entries) {
      const path = joinRelative(folder, entry.name);
      if (entry.isDirectory()) {
        await this.host.handleListedFolder(path, how);
        continue;
      }
      present.add(entry.name);
      const before = known.files.get(entry.name);
      if (before === undefined) {
        known.files.set(entry.name, '');
        if (how.report) this.host.tell(path, 'add');
        if (how.stamps) toLookAt.push(entry.name);
      } else if (how.stamps || how.since !== undefined) toLookAt.push(entry.name);
    }
    for (const name of known.files.keys()) {
      if (present.has(name)) continue;
      if (how.report) this.looks.add(joinRelative(folder, name));
      else known.files.delete(name);
    }
    await mapLimit(toLookAt, PARALLEL_LOOKS, async (name) => {
      const stats = await lstat(join(this.path, folder, name)).catch(() => undefined);
      if (!stats || stats.isDirectory()) return;
      const before = known.files.get(name) ?? '';
      const stamp = stampOf(stats);
      if (before === stamp) return;
      known.files.set(name, stamp);
      const isLater = how.since !== undefined && Math.max(stats.mtimeMs, stats.ctimeMs) >= how.since;
      if (how.report && (before !== '' || isLater)) this.host.tell(joinRelative(folder, name), 'change');
    });
  }

  private async lookAt(path: string): Promise<void> {
    const stats = await lstat(join(this.path, path)).catch(() => undefined);
    if (this.host.stopped) return;
    const knownFolder = this.index.get(path);
    if (stats?.isDirectory()) {
      if (knownFolder && this.index.isReplaced(knownFolder, stats)) this.host.handleReplacedFolder(path);
      if (!knownFolder) await this.host.handleListedFolder(path, { report: true, stamps: true });
      const { folder, name } = splitRelative(path);
      if (this.index.get(folder)?.files.delete(name)) this.host.tell(path, 'unlink');
      return;
    }
    if (knownFolder && path === '') {
      this.host.handleMissingRoot();
      return;
    }
    const { folder, name } = splitRelative(path);
    const known = this.index.get(folder);
    if (!known) return;
    if (!stats) {
      if (known.files.has(name)) this.host.later(UNLINK_CONFIRM_MS, () => this.confirmGone(path));
      return;
    }
    this.noteFile(path, stats);
  }

  private async confirmGone(path: string): Promise<void> {
    const stats = await lstat(join(this.path, path)).catch(() => undefined);
    if (this.host.stopped) return;
    if (stats && !stats.isDirectory()) {
      this.noteFile(path, stats);
      return;
    }
    const { folder, name } = splitRelative(path);
    if (this.index.get(folder)?.files.delete(name)) this.host.tell(path, 'unlink');
  }

  private noteFile(path: string, stats: Stats): void {
    const { folder, name } = splitRelative(path);
    const known = this.index.get(folder);
    if (!known) return;
    const before = known.files.get(name);
    const stamp = stampOf(stats);
    known.files.set(name, stamp);
    if (before === undefined) this.host.tell(path, 'add');
    else if (before !== stamp || this.host.clock.now() - stats.mtimeMs < HOT_MS) this.host.tell(path, 'change');
  }
}
