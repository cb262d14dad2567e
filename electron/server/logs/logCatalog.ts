import { join } from 'node:path';
import { isAccessLog } from '../../../shared/contract/ownLogs.ts';
import { listFolder, listSubfolders } from '../host/files.ts';
import { parseRunFile } from './runFiles.ts';
import { RunSource } from './runSource.ts';

/** Knows the log folders of all services and keeps what it read of their indexes, for one reader (thread). */
export class LogCatalog {
  private readonly known = new Map<string, Map<number, RunSource>>();
  private readonly refreshing = new Map<string, Promise<RunSource[]>>();

  constructor(readonly folder: string) {}

  /** Names of the services that have a log folder, sorted. */
  async services(): Promise<string[]> {
    // Beside them lie files: the app's own log and what the server says before it has one.
    return (await listSubfolders(this.folder)).filter((name) => /^(?:micro\.)?[a-z0-9][a-z0-9-]*$/.test(name)).sort();
  }

  /** What is read when no service is named. */
  async everyService(): Promise<string[]> {
    return (await this.services()).filter((name) => !isAccessLog(name));
  }

  /** The runs of a service with what is on disk now, in the order of their numbers. Calls at the same time share the work. */
  async sources(service: string): Promise<RunSource[]> {
    const before = this.refreshing.get(service);
    // A refresh that is under way may have passed what was written just now: wait for it, then look again.
    const work = (before ?? Promise.resolve([])).then(() => this.refresh(service));
    this.refreshing.set(service, work);
    try {
      return await work;
    } finally {
      if (this.refreshing.get(service) === work) this.refreshing.delete(service);
    }
  }

  private async refresh(service: string): Promise<RunSource[]> {
    const folder = join(this.folder, service);
    const segments = new Map<number, number[]>();
    for (const name of await listFolder(folder)) {
      const file = parseRunFile(name);
      if (file?.kind !== 'segment') continue;
      const numbers = segments.get(file.run);
      if (numbers) numbers.push(file.segment);
      else segments.set(file.run, [file.segment]);
    }
    const known = this.known.get(service) ?? new Map<number, RunSource>();
    this.known.set(service, known);
    for (const run of known.keys()) if (!segments.has(run)) known.delete(run);
    const sources: RunSource[] = [];
    for (const run of [...segments.keys()].sort((a, b) => a - b)) {
      let source = known.get(run);
      if (!source) {
        source = new RunSource(folder, service, run);
        known.set(run, source);
      }
      await source.refresh((segments.get(run) as number[]).sort((a, b) => a - b));
      sources.push(source);
    }
    return sources;
  }
}
