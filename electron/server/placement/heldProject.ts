import { MicroError } from '../../../shared/contract/errors.ts';
import { SerialQueue } from '../base/async.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Claims } from './claims.ts';
import type { ProjectRecord } from './entries.ts';
import type { SharedUploads } from './sharedUploads.ts';

/** What {@link HeldProject} works with. */
export interface HeldProjectOptions {
  runtime: Runtime;
  uploads: Pick<SharedUploads, 'of' | 'fetch' | 'forget'>;
  claims: Pick<Claims, 'record' | 'release'>;
  logger: Logger;
  /** Nothing of it runs here any more, and it is not ours. */
  handleEnded: () => void;
}

/** A project that this server runs, from the claim until everything of it has ended. What is wanted of it is written down. */
export class HeldProject {
  private readonly writes = new SerialQueue();
  private state: 'new' | 'taking' | 'taken' | 'ending' = 'new';
  private isFrozen = false;
  private isForced = false;
  private written = '';
  /** Name of the upload that it was made of, once that is known. */
  private upload: string | undefined;

  constructor(
    private readonly name: string,
    private readonly options: HeldProjectOptions,
  ) {}

  /** It may run here. */
  get isTaken(): boolean {
    return this.state === 'taking' || this.state === 'taken';
  }

  /** Names of its services that may run on any server. */
  services(): string[] {
    return this.moving().map(({ name }) => name);
  }

  /** It is started here by somebody; others have to know of it before anything runs. */
  async begin(folder: string): Promise<void> {
    if (this.state !== 'new') return;
    try {
      await this.writes.run(() => this.write(this.current(folder)));
      if (this.written === '') throw new Error('its claim is gone');
      this.state = 'taken';
    } catch (error) {
      this.options.handleEnded();
      throw error;
    }
  }

  /** Another server ran it: brings its files and starts what is wanted. */
  async take(record: ProjectRecord): Promise<void> {
    if (this.state !== 'new') return;
    this.state = 'taking';
    const { runtime, uploads } = this.options;
    this.checkFolder(record.upload);
    const folder = await uploads.fetch(record.upload, record.archive);
    if (!this.isTaken) return;
    await runtime.openProject(folder);
    if (!this.isTaken) return;
    const known = record.wanted.filter((name) => runtime.service(name)?.project === this.name);
    const started = runtime.start(known, { withDependencies: false }, () => {}, new AbortController().signal);
    started.catch((error: unknown) => this.options.logger.error(`${this.name}: ${errorText(error)}`));
    await Promise.race([started, this.areWanted(known)]);
    if (this.state === 'taking') this.state = 'taken';
  }

  /** Another project that was sent to this server under the same name keeps its folder. */
  private checkFolder(upload: string): void {
    const other = this.options.runtime
      .projects()
      .find(({ name, folder }) => name !== this.name && this.options.uploads.of(folder)?.upload === upload);
    if (other)
      throw new MicroError('project.name-taken', `the folder ${upload} of this server is that of ${other.name}`, {
        next: 'Give one of them another folder, and send it again.',
      });
  }

  /** What changed in the runtime; what is wanted now is written down. */
  follow(services: ReadonlySet<string>, projects: boolean): void {
    if (this.state !== 'taken' || this.isFrozen) return;
    const project = this.options.runtime.projects().find(({ name }) => name === this.name);
    if (projects && !project) {
      this.forget();
      return;
    }
    if (project && (projects || this.services().some((name) => services.has(name)))) this.recordSoon();
  }

  /** The server ends: what it stops stays wanted. */
  freeze(): void {
    this.isFrozen = true;
  }

  /** Writes down what others need to run it. */
  async record(): Promise<void> {
    const project = this.options.runtime.projects().find(({ name }) => name === this.name);
    if (project) await this.writes.run(() => this.write(this.current(project.folder)));
  }

  /** Ends what runs of it. Once more, at once: what is left is killed. */
  letGo(atOnce: boolean): void {
    const { runtime, logger } = this.options;
    if (this.state === 'ending') {
      if (atOnce) this.force();
      return;
    }
    this.state = 'ending';
    logger.warn(`lets go of ${this.name}: its claim ${atOnce ? 'is gone' : 'cannot be renewed'}`);
    if (atOnce) this.force();
    void this.end(runtime);
  }

  private async end(runtime: Runtime): Promise<void> {
    const why = { force: this.isForced, withDependents: false };
    try {
      await runtime.stop(this.services(), why, () => {});
      // What stays with this server needs its project to be open.
      const all = runtime.services().filter(({ project }) => project === this.name);
      if (all.length > 0 && all.every(({ moves }) => moves)) await runtime.closeProject(this.name, () => {});
    } catch (error) {
      this.options.logger.error(`${this.name} could not be let go of: ${errorText(error)}`);
    } finally {
      this.options.handleEnded();
    }
  }

  private force(): void {
    if (this.isForced) return;
    this.isForced = true;
    const { runtime, logger } = this.options;
    runtime
      .stop(this.services(), { force: true, withDependents: false }, () => {})
      .catch((error: unknown) => logger.error(errorText(error)));
  }

  /** It was closed here: no server is to run it. */
  private forget(): void {
    this.state = 'ending';
    const { upload } = this;
    this.options.claims
      .release(this.name, true)
      .then(() => (upload === undefined ? undefined : this.options.uploads.forget(upload)))
      .catch((error: unknown) => this.options.logger.warn(`${this.name}: ${errorText(error)}`))
      .finally(() => this.options.handleEnded());
  }

  private moving() {
    return this.options.runtime.services().filter(({ project, moves }) => project === this.name && moves);
  }

  private current(folder: string): ProjectRecord | undefined {
    const shared = this.options.uploads.of(folder);
    const services = this.moving();
    const wanted = services.filter((service) => service.wanted).map(({ name }) => name);
    return shared && { ...shared, services: services.map(({ name }) => name), wanted };
  }

  private recordSoon(): void {
    this.record().catch((error: unknown) => this.options.logger.warn(`${this.name}: ${errorText(error)}`));
  }

  private async write(record: ProjectRecord | undefined): Promise<void> {
    const text = JSON.stringify(record);
    if (!record) return;
    this.upload = record.upload;
    if (text === this.written) return;
    this.written = (await this.options.claims.record(this.name, record)) ? text : '';
  }

  private areWanted(names: readonly string[]): Promise<void> {
    const { runtime } = this.options;
    return new Promise((resolve) => {
      const check = (): void => {
        if (!names.every((name) => runtime.service(name)?.wanted !== false)) return;
        subscription.dispose();
        resolve();
      };
      const subscription = runtime.onDidChange(check);
      check();
    });
  }
}
