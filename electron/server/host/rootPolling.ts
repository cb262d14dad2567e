import { lstat } from 'node:fs/promises';
import { mapLimit } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { PARALLEL_LOOKS, type RootFiles } from './rootFiles.ts';
import { limitText, watchLimit } from './watchLimits.ts';

/** Shortest time between two looks at folders that cannot be watched, ms. A save is seen after half of it on average. */
export const POLL_MS = 1_000;

/** Looks take at most this share of the time: a pass that took 200 ms is followed by 4 s of rest. */
const POLL_REST_FACTOR = 20;

/** The root whose folders are looked through. */
export interface PolledRoot {
  readonly path: string;
  readonly clock: Clock;
  readonly files: RootFiles;
  later(delayMs: number, act: () => Promise<void>): void;
  /** A folder (relative) is gone with everything in it. */
  forgetFolder(folder: string): void;
  tellProblem(text: string): void;
}

/** Folders of one root that cannot be watched: they are looked through at intervals. Paths are relative to the root. */
export class RootPolling {
  private readonly folders = new Set<string>();
  private isAll = false;
  private isPlanned = false;
  private limitCode: string | undefined;
  private limitSaid = false;

  constructor(private readonly root: PolledRoot) {}

  /** The whole root is looked through. */
  get coversAll(): boolean {
    return this.isAll;
  }
  get size(): number {
    return this.folders.size;
  }

  covers(folder: string): boolean {
    return this.isAll || this.folders.has(folder);
  }

  /** From now on the whole root is looked through. Resolves when it is known what is there. */
  async coverAll(): Promise<void> {
    this.isAll = true;
    await this.look(false);
    this.plan(POLL_MS);
  }

  /** A folder cannot be watched because a limit of the system was met: `ENOSPC` or `EMFILE`. */
  add(folder: string, code: string): void {
    this.folders.add(folder);
    this.limitCode = code;
    this.plan(POLL_MS);
  }

  /** A folder is gone, with those in it. */
  forget(folder: string): void {
    for (const path of this.folders) {
      if (path === folder || folder === '' || path.startsWith(`${folder}/`)) this.folders.delete(path);
    }
  }

  /** Looks through everything once; differences are told when `report`. */
  async look(report: boolean): Promise<void> {
    const { files, path } = this.root;
    if (this.isAll) {
      const stats = await lstat(path).catch(() => undefined);
      if (!stats) {
        this.root.forgetFolder('');
        return;
      }
      files.index.ensure('', stats);
    }
    const folders = this.isAll ? files.index.folderPaths() : [...this.folders];
    await mapLimit(folders, PARALLEL_LOOKS, (folder) => files.list(folder, { report, stamps: true }));
  }

  /** Says once which limit was met and what to do, when one was. */
  async sayLimit(): Promise<void> {
    if (this.limitCode === undefined || this.limitSaid) return;
    this.limitSaid = true;
    const limit = await watchLimit(this.limitCode);
    this.root.tellProblem(limitText(this.root.path, this.folders.size, limit, POLL_MS));
  }

  private plan(delayMs: number): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    const { clock } = this.root;
    this.root.later(delayMs, async () => {
      const began = clock.monotonic();
      await this.look(true);
      this.isPlanned = false;
      if (!this.isAll && this.folders.size === 0) return;
      this.plan(Math.max(POLL_MS, (clock.monotonic() - began) * POLL_REST_FACTOR));
    });
  }
}
