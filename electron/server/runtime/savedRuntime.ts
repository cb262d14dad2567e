import type { AddedServices } from './addedServices.ts';
import type { Attachments, SavedAttachment } from './attachments.ts';
import type { InstanceHost } from './instanceHost.ts';
import { endLeftovers } from './leftovers.ts';
import type { LocalRuntimeOptions } from './options.ts';
import type { Projects } from './projects.ts';
import type { ServiceUnit } from './serviceUnit.ts';
import type { StartPermit } from './startPermit.ts';
import { StateFile } from './stateFile.ts';

/** What {@link SavedRuntime} works with. */
export interface SavedRuntimeOptions {
  files: LocalRuntimeOptions['files'];
  host: InstanceHost;
  units: ReadonlyMap<string, ServiceUnit>;
  projects: Projects;
  added: AddedServices;
  attachments: Attachments;
  permit: StartPermit | undefined;
}

/** What comes back after the server was restarted: open projects, added services, what was attached, and what ran. */
export class SavedRuntime {
  private readonly file: StateFile;
  /** What is wanted at the next start, once a shutdown began to stop everything. */
  private wantedAtShutdown: string[] | undefined;
  private attachedAtShutdown: SavedAttachment[] | undefined;
  /** Wanted services of projects that are not open (yet). */
  private wantedLater = new Set<string>();

  constructor(private readonly options: SavedRuntimeOptions) {
    const { host, files, projects, added, attachments } = options;
    this.file = new StateFile(
      host.home,
      files,
      host.logger,
      () => ({
        version: 1,
        projects: projects.saved(),
        added: added.saved(),
        wanted: this.wantedAtShutdown ?? this.wantedNow(),
        attached: this.attachedAtShutdown ?? attachments.saved(),
      }),
      (text) => host.notify('warn', '', text, 'storage.corrupt'),
    );
  }

  /** Saves soon. */
  save(): void {
    this.file.save();
  }

  private wantedNow(): string[] {
    const { units, attachments } = this.options;
    const wanted = [...units.values()].filter((unit) => unit.wanted && !attachments.has(unit.spec.name));
    return [...wanted.map((unit) => unit.spec.name), ...this.wantedLater];
  }

  /**
   * Ends what an earlier server left, then brings back what was there, unless `isStopping` meanwhile. Resolves with the
   * services that it started.
   */
  async recover(isStopping: () => boolean): Promise<string[]> {
    const { host, units, projects, added, attachments, permit } = this.options;
    const saved = await this.file.read();
    await endLeftovers(host);
    this.wantedLater = new Set(saved.wanted);
    for (const project of saved.projects) await projects.restore(project);
    for (const service of saved.added) await added.restore(service);
    for (const attached of saved.attached ?? []) await attachments.restore(attached);
    const started: string[] = [];
    for (const name of saved.wanted) {
      const unit = units.get(name);
      if (!unit || attachments.has(name)) continue;
      this.wantedLater.delete(name);
      if (unit.spec.cycle || unit.spec.start === 'disabled' || permit?.comesBack(unit.spec) === false) continue;
      // Its last run began with everything that was there then.
      const [last] = await host.logs.runs(name, 1);
      if (isStopping()) return started;
      if (last) unit.sayMissedChanges(last.startedAt);
      const cause = 'the server was started again';
      if (unit.resume) unit.resume(cause);
      else unit.start(cause);
      started.push(name);
    }
    this.save();
    return started;
  }

  /** From now on everything is stopped; what runs at this moment is what comes back. */
  keepForNextStart(): void {
    this.wantedAtShutdown = this.wantedNow();
    this.attachedAtShutdown = this.options.attachments.saved();
    this.save();
  }

  /** Everything that was to be saved is. */
  flush(): Promise<void> {
    this.save();
    return this.file.flush();
  }
}
