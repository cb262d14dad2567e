import { join } from 'node:path';
import type { FileChangeKind, WatchSpec } from './watchSpec.ts';

/** Files whose rules are judged in one go before other work gets its turn. */
const JUDGE_CHUNK = 500;

/** One watch of a root: its rules, and how many files count. */
export interface Subscriber {
  spec: WatchSpec;
  fileCount: number;
}

/** Everybody who watches one root, each with rules of what counts. Paths are relative to the root. */
export class WatchSubscribers {
  private readonly all = new Set<Subscriber>();

  get size(): number {
    return this.all.size;
  }

  add(subscriber: Subscriber): void {
    this.all.add(subscriber);
  }

  delete(subscriber: Subscriber): void {
    this.all.delete(subscriber);
  }

  /** A file was made, changed or deleted. */
  tell(path: string, kind: FileChangeKind): void {
    for (const subscriber of [...this.all]) {
      const { spec } = subscriber;
      if (spec.isIgnored(path, false)) continue;
      if (kind === 'add') subscriber.fileCount++;
      else if (kind === 'unlink') subscriber.fileCount--;
      spec.onChange({ path: join(spec.root, path), kind });
    }
  }

  tellProblem(text: string): void {
    for (const { spec } of [...this.all]) spec.onProblem(text);
  }

  /** Counts which of the files that are there count for a subscriber. */
  async count(subscriber: Subscriber, paths: Iterable<string>): Promise<void> {
    let judged = 0;
    let count = 0;
    for (const path of [...paths]) {
      if (!subscriber.spec.isIgnored(path, false)) count++;
      if (++judged % JUDGE_CHUNK === 0) await new Promise<void>((next) => setImmediate(next));
    }
    subscriber.fileCount = count;
  }

  /** Whether all of them ignore a folder. What lies outside of the root is nobody's. */
  ignoreFolder(path: string): boolean {
    if (path === '') return false;
    if (path === '..' || path.startsWith('../')) return true;
    for (const { spec } of this.all) if (!spec.isIgnored(path, true)) return false;
    return true;
  }

  /** Whether all of them ignore a file. */
  ignoreFile(path: string): boolean {
    for (const { spec } of this.all) if (!spec.isIgnored(path, false)) return false;
    return true;
  }
}
