import { MicroError } from '../../../shared/contract/errors.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, type Logger } from '../base/logger.ts';
import type { EtcdLink } from '../host/etcdLink.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { StartPermit } from '../runtime/startPermit.ts';
import { Claims, PROJECTS } from './claims.ts';
import { decode, type Member, type ProjectRecord } from './entries.ts';
import { EntryFolder } from './entryFolder.ts';
import { HeldProject } from './heldProject.ts';
import type { Guardian } from './guardian.ts';
import { Members } from './members.ts';
import { KILL_BEFORE_MS, type Step, stepsOf } from './placementRules.ts';
import type { SharedUploads } from './sharedUploads.ts';

/** ms between two looks at the lease. Small against the time in which services have to be stopped. */
const LOOK_MS = 250;
/** ms in which a project that could not be started here is left to others. */
const FAILED_MS = 10_000;

/** What {@link Placement} works with. */
export interface PlacementOptions {
  link: EtcdLink;
  self: Member;
  runtime: () => Runtime;
  uploads: SharedUploads;
  guardian: Pick<Guardian, 'hold' | 'stop'>;
  clock: Clock;
  logger: Logger;
}

/** Where the projects run that were sent to an environment of several servers: each on one of them, on another when that is gone. */
export class Placement implements StartPermit {
  readonly members: Members;
  readonly claims: Claims;
  readonly records = new EntryFolder<ProjectRecord>(PROJECTS, decode.project);
  /** What runs here, is on its way, or is being ended, by project. */
  private readonly held = new Map<string, HeldProject>();
  /** Claims that are being asked for, and projects that are left to others: the moment (monotonic ms) of the next attempt. */
  private readonly notBefore = new Map<string, number>();
  private readonly asking = new Map<string, Disposable>();
  /** Projects that were open here when this server ended, and that nobody is known to run yet. */
  private readonly restored = new Set<string>();
  private readonly disposables = new DisposableStore();
  private clocks: { wall: number; monotonic: number };
  private leaving = false;

  constructor(private readonly options: PlacementOptions) {
    const { link, self, clock } = options;
    this.members = new Members(link, self);
    // Before the claims: whoever gets one knows what to start.
    link.add(this.records);
    this.claims = new Claims(link, self.id);
    this.clocks = { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** From now on it takes what nobody runs. To be called once the runtime has brought back what was there. */
  start(): void {
    const { disposables, options } = this;
    for (const { name } of options.runtime().projects()) this.restored.add(name);
    for (const folder of [this.claims, this.records]) disposables.add(folder.onDidChange(() => this.look()));
    disposables.add(options.clock.setInterval(() => this.look(), LOOK_MS));
    disposables.add(
      options.runtime().onDidChange(({ services, projects }) => {
        for (const held of this.held.values()) held.follow(services, projects);
      }),
    );
    this.look();
  }

  /** The server is about to end: what runs here goes on being wanted, elsewhere. */
  leave(): void {
    this.leaving = true;
    for (const held of this.held.values()) held.freeze();
    for (const timer of this.asking.values()) timer.dispose();
  }

  /** Everything here has ended. */
  dispose(): void {
    this.options.guardian.stop();
    this.disposables.dispose();
    for (const folder of [this.members, this.claims, this.records]) folder.dispose();
  }

  /** Projects of which something runs here, is on its way or is being ended. */
  get holding(): ReadonlySet<string> {
    return new Set(this.held.keys());
  }

  /** Whether a service may run on any server of the environment. */
  moves({ move, kind, project, projectFolder }: ServiceSpec): boolean {
    return move && kind !== 'external' && project !== '' && this.options.uploads.of(projectFolder) !== undefined;
  }

  comesBack(spec: ServiceSpec): boolean {
    return !this.moves(spec);
  }

  async obtain(specs: readonly ServiceSpec[]): Promise<void> {
    const { runtime } = this.options;
    for (const project of new Set(specs.filter((spec) => this.moves(spec)).map((spec) => spec.project))) {
      if (this.leaving || this.held.get(project)?.isTaken) continue;
      if (!this.claims.has(project)) await this.claimNow(project);
      const folder =
        runtime()
          .projects()
          .find(({ name }) => name === project)?.folder ?? '';
      await this.hold(project)
        .begin(folder)
        .catch((error: unknown) => {
          throw this.options.link.unavailable(error);
        });
    }
  }

  /** Refuses what is sent here for a project that another server runs. */
  checkUpload(upload: string): void {
    for (const [project, record] of this.records.all) {
      const owner = this.claims.all.get(project)?.server;
      if (record.upload === upload && owner !== undefined && owner !== this.options.self.id)
        throw this.elsewhere(project, owner);
    }
  }

  /** An upload has other files now: whoever starts its project next has to have them. */
  async noteUpload(upload: string): Promise<void> {
    for (const [project, record] of this.records.all)
      if (record.upload === upload) await this.held.get(project)?.record();
  }

  private async claimNow(project: string): Promise<void> {
    const { link, clock } = this.options;
    const other = this.claims.all.get(project)?.server;
    if (other !== undefined) throw this.elsewhere(project, other);
    const isOurs = await this.claims.claim(project, clock.now()).catch((error: unknown) => {
      throw link.unavailable(error);
    });
    if (isOurs) return;
    const owner = this.claims.all.get(project)?.server;
    throw owner === undefined ? link.unavailable() : this.elsewhere(project, owner);
  }

  private elsewhere(project: string, owner: string): MicroError {
    const { name, host } = this.members.all.get(owner) ?? { name: 'another server', host: '' };
    return new MicroError('project.elsewhere', `${project} runs on ${name}${host ? ` (${host})` : ''}`, {
      next: `Ask that server; when it ends, another one of the environment takes ${project} over.`,
    });
  }

  private hold(project: string): HeldProject {
    let held = this.held.get(project);
    if (!held) {
      const { runtime, uploads, logger } = this.options;
      held = new HeldProject(project, {
        runtime: runtime(),
        uploads,
        claims: this.claims,
        logger,
        handleEnded: () => this.held.delete(project),
      });
      this.held.set(project, held);
    }
    return held;
  }

  private look(): void {
    const { clock, link, self, guardian } = this.options;
    this.noteSleep();
    const now = clock.monotonic();
    const steps = stepsOf({
      self: self.id,
      servers: [...this.members.all.keys()],
      claims: new Map([...this.claims.all].map(([project, { server }]) => [project, server])),
      projects: [...this.records.all].filter(([, { wanted }]) => wanted.length > 0).map(([project]) => project),
      running: new Set(this.held.keys()),
      now,
      certainUntil: Math.max(this.claims.certainUntil, this.held.size === 0 ? (link.session?.certainty.until ?? 0) : 0),
      joined: link.session !== undefined,
      leaving: this.leaving,
    });
    for (const step of steps) this.act(step, now);
    this.closeElsewhere();
    if (this.held.size > 0 || this.leaving)
      guardian.hold(
        [...this.held.values()].flatMap((held) => held.services()),
        Math.max(0, this.claims.certainUntil - KILL_BEFORE_MS - now),
      );
    else guardian.hold([], 0);
  }

  /** A machine that slept does not count the time on its monotonic clock; the lease has gone on. */
  private noteSleep(): void {
    const { clock } = this.options;
    const clocks = { wall: clock.now(), monotonic: clock.monotonic() };
    const slept = clocks.wall - this.clocks.wall - (clocks.monotonic - this.clocks.monotonic);
    if (slept > LOOK_MS) this.claims.sleep(slept);
    this.clocks = clocks;
  }

  /** A project that was open here when this server ended, and that another one runs now, is not open here any more. */
  private closeElsewhere(): void {
    const runtime = this.options.runtime();
    for (const { name, folder } of runtime.projects().filter((project) => this.restored.has(project.name))) {
      const owner = this.claims.all.get(name)?.server;
      if (owner === undefined) continue;
      this.restored.delete(name);
      if (owner === this.options.self.id || this.held.has(name)) continue;
      const services = runtime.services().filter(({ project }) => project === name);
      if (!this.options.uploads.of(folder) || services.some(({ moves }) => !moves)) continue;
      this.options.logger.info(`${name} runs on ${this.members.nameOf(owner)}: it is closed here`);
      runtime.closeProject(name, () => {}).catch((error: unknown) => this.options.logger.error(errorText(error)));
    }
  }

  private act(step: Step, now: number): void {
    const { project } = step;
    if (step.type === 'letGo') {
      const held = this.held.get(project);
      if (this.leaving) return;
      held?.letGo(step.atOnce);
      return;
    }
    if (now < (this.notBefore.get(project) ?? 0)) return;
    if (step.type === 'take') {
      this.take(project);
      return;
    }
    if (this.asking.has(project)) return;
    const { clock } = this.options;
    this.asking.set(
      project,
      clock.setTimeout(() => {
        this.claims
          .claim(project, clock.now())
          // It is asked for again at the next look.
          .catch(() => {})
          .finally(() => {
            this.asking.delete(project);
            this.look();
          });
      }, step.afterMs),
    );
  }

  /** Brings what a project needs, and starts what is wanted of it. */
  private take(project: string): void {
    const { logger, clock } = this.options;
    const record = this.records.all.get(project);
    if (!record) return;
    logger.info(`takes ${project}: no server runs it`, { services: record.wanted.length });
    this.hold(project)
      .take(record)
      .catch(async (error: unknown) => {
        logger.error(`${project} could not be taken over: ${errorText(error)}`);
        this.notBefore.set(project, clock.monotonic() + FAILED_MS);
        this.held.get(project)?.letGo(false);
        await this.claims.release(project, false).catch(() => {});
      });
  }
}
