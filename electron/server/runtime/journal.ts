import { join } from 'node:path';
import type { RuntimeFiles } from './options.ts';

/** What is remembered of a running instance, so that a later server can find what an earlier one left. */
export interface JournalEntry {
  id: string;
  service: string;
  /** 0 until the process exists; it can still be found by the marker in its environment (= id). */
  pid: number;
  startTime: string;
  /** ms since 1970. */
  at: number;
}

/**
 * The journal of instances: one file each in MICRO_HOME/instances, written before the process is started and again when
 * its pid is known, removed when nothing of it is alive. Whatever moment the server dies at, each process that may
 * exist has an entry.
 */
export class Journal {
  private readonly folder: string;
  private readonly removals = new Set<Promise<void>>();

  constructor(
    home: string,
    private readonly files: RuntimeFiles,
  ) {
    this.folder = join(home, 'instances');
  }

  async write(entry: JournalEntry): Promise<void> {
    await this.files.writeText(join(this.folder, `${entry.id}.json`), JSON.stringify(entry));
  }

  async remove(id: string): Promise<void> {
    await this.files.remove(join(this.folder, `${id}.json`));
  }

  /**
   * Nothing of an instance is alive. Its entry is removed without anybody waiting for it: one that stays names a process
   * that is gone, and the next server sees that.
   */
  forget(id: string, onProblem: (error: unknown) => void): void {
    const removal = this.remove(id)
      .catch(onProblem)
      .finally(() => this.removals.delete(removal));
    this.removals.add(removal);
  }

  /** Resolves when every entry that was to be forgotten is. */
  async idle(): Promise<void> {
    await Promise.all(this.removals);
  }

  /** All entries. A file that cannot be understood is still an entry: its name is the marker. */
  async read(): Promise<JournalEntry[]> {
    const names = (await this.files.list(this.folder)).filter((name) => name.endsWith('.json'));
    return Promise.all(
      names.map(async (name) => {
        const id = name.slice(0, -'.json'.length);
        const fallback: JournalEntry = {
          id,
          service: id.replace(/\.[^.]*$/, ''),
          pid: 0,
          startTime: '',
          at: 0,
        };
        try {
          return {
            ...fallback,
            ...(JSON.parse((await this.files.readText(join(this.folder, name))) ?? '{}') as object),
            id,
          };
        } catch {
          return fallback;
        }
      }),
    );
  }
}
