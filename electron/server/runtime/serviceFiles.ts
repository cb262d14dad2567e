import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { FileWatch, FileWatcher } from './options.ts';
import { isWithin, WatchFilter, type WatchVerdict } from './watchFilter.ts';

/** Who wants to know of the files of a service. */
export interface ServiceFilesListener {
  /** A file that counts was changed, made or deleted; its absolute path. */
  handleChange(path: string): void;
  /** Changes come late or not at all, and why. */
  handleProblem(text: string): void;
}

/** The files that reload one service: which ones count, and the watches on them. */
export class ServiceFiles {
  private watches: FileWatch[] = [];
  private filter: WatchFilter | undefined;
  private generation = 0;

  /** `home` is the data folder of the server, which never counts. */
  constructor(
    private readonly home: string,
    private readonly listener: ServiceFilesListener,
  ) {}

  /** Files that count, as known now. */
  get count(): number {
    return this.watches.reduce((sum, watch) => sum + watch.fileCount, 0);
  }

  /** Resolves when everything is watched, or `stop` was called meanwhile. */
  async watch(watcher: FileWatcher, spec: ServiceSpec): Promise<void> {
    const generation = ++this.generation;
    const filter = await this.makeFilter(spec);
    if (generation !== this.generation) return;
    this.filter = filter;
    for (const root of filter.roots) {
      const watch = await watcher.watch({
        root,
        isIgnored: (path, isFolder) => !filter.judge(join(root, path), isFolder).counts,
        onChange: ({ path }) => this.listener.handleChange(path),
        onProblem: (text) => this.listener.handleProblem(text),
      });
      if (generation !== this.generation) {
        watch.dispose();
        return;
      }
      this.watches.push(watch);
    }
  }

  stop(): void {
    this.generation++;
    for (const watch of this.watches) watch.dispose();
    this.watches = [];
    this.filter = undefined;
  }

  /** Absolute paths of the files that changed since a time, ms, sorted. */
  async changedSince(since: number): Promise<string[]> {
    return (await Promise.all(this.watches.map((watch) => watch.changedSince(since)))).flat().sort();
  }

  /** Whether a file counts, and why (not). It does only when every folder above it does. */
  async judge(named: string, spec: ServiceSpec): Promise<WatchVerdict> {
    const filter = this.filter ?? (await this.makeFilter(spec));
    const path = await withinRoots(named, filter.roots);
    for (let at = dirname(path); filter.roots.some((root) => isWithin(at, root)); at = dirname(at)) {
      const verdict = filter.judge(at, true);
      if (!verdict.counts) return { counts: false, why: `${at}: ${verdict.why}` };
    }
    return filter.judge(path, false);
  }

  private async makeFilter(spec: ServiceSpec): Promise<WatchFilter> {
    const folders = new Set([spec.projectFolder, spec.folder]);
    for (let at = spec.folder; isWithin(at, spec.projectFolder) && dirname(at) !== at; at = dirname(at))
      folders.add(at);
    const texts = await Promise.all(
      [...folders].filter(Boolean).map(async (folder) => {
        const text = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => undefined);
        return text === undefined ? [] : [{ folder, text }];
      }),
    );
    return new WatchFilter(spec, texts.flat(), [this.home]);
  }
}

/** A file as it is named under one of the roots, when it is there by another name: a root may be a link, or be under one. */
async function withinRoots(path: string, roots: readonly string[]): Promise<string> {
  if (roots.some((root) => isWithin(path, root))) return path;
  const real = (one: string): Promise<string> => realpath(one).catch(() => one);
  // The file itself may be gone.
  const file = join(await real(dirname(path)), basename(path));
  for (const root of roots) {
    const folder = await real(root);
    if (isWithin(file, folder)) return join(root, relative(folder, file));
  }
  return path;
}
