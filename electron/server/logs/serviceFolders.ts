import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, type Logger } from '../base/logger.ts';
import { LogCatalog } from './logCatalog.ts';
import type { RunInfo } from './logStore.ts';
import { recoverRuns } from './recoverRuns.ts';
import { RunJournal } from './runJournal.ts';

/** The log folder of one service, opened. */
export interface ServiceFolder {
  path: string;
  journal: RunJournal;
}

/** The log folders of all services. Opening one puts in order what a crash of the server left in it. */
export class ServiceFolders {
  private readonly opened = new Map<string, Promise<ServiceFolder>>();

  constructor(
    readonly path: string,
    private readonly logger: Logger,
  ) {}

  /** Names of the services that have one, sorted. */
  services(): Promise<string[]> {
    return new LogCatalog(this.path).services();
  }

  /** The folder of a service; it is made when it is not there. */
  open(service: string): Promise<ServiceFolder> {
    let opened = this.opened.get(service);
    if (!opened) {
      opened = this.openFolder(service);
      this.opened.set(service, opened);
      // A failure (no permission, full disk) is tried again at the next use.
      opened.catch(() => this.opened.delete(service));
    }
    return opened;
  }

  /** Remembers facts of a run; what the disk refuses is known until the server ends. */
  async addFacts(service: string, run: number, facts: Partial<RunInfo>): Promise<void> {
    const { journal } = await this.open(service);
    await journal.add({ ...facts, run }).catch((error: unknown) => {
      this.logger.warn(`facts of run ${run} of ${service} were not stored: ${errorText(error)}`);
    });
  }

  /** Remembers for the next run to say that lines of a service are gone. */
  async addRemoval(service: string, text: string): Promise<void> {
    const { journal } = await this.open(service);
    await journal.addRemoval(text).catch((error: unknown) => {
      this.logger.warn(`that lines of ${service} are gone was not stored: ${errorText(error)}`);
    });
  }

  /** Resolves when everything that is known of runs is on disk. */
  async idle(): Promise<void> {
    await Promise.all([...this.opened.values()].map(async (service) => (await service).journal.idle()));
  }

  private async openFolder(service: string): Promise<ServiceFolder> {
    const path = join(this.path, service);
    await mkdir(path, { recursive: true, mode: 0o700 });
    const journal = new RunJournal(path, service);
    await journal.load();
    const recovered = await recoverRuns(path).catch((error: unknown) => {
      this.logger.warn(`the log files of ${service} could not be put in order: ${errorText(error)}`);
      return [];
    });
    const lastUs = new Map(recovered.map((run) => [run.run, run.lastUs]));
    for (const { run } of recovered) journal.reserve(run);
    for (const info of journal.runs(0)) {
      if (info.endedAt !== undefined) continue;
      const endedAt = Math.max(info.startedAt, Math.floor((lastUs.get(info.run) ?? 0) / 1000));
      await journal.add({ run: info.run, endedAt, outcome: 'unknown: the server ended first', failed: true });
    }
    return { path, journal };
  }
}
