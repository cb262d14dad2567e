import type { EtcdLink } from '../host/etcdLink.ts';
import type { EtcdSession } from '../host/etcdSession.ts';
import type { LeaseCertainty } from '../host/leaseCertainty.ts';
import { type Claim, decode, type ProjectRecord } from './entries.ts';
import { EntryFolder } from './entryFolder.ts';

/** Folder of the records of projects, beside that of the claims. */
export const PROJECTS = 'projects';

/**
 * Who runs which project. A claim is a key that one server writes by a transaction while it is not there, under its lease; so
 * there is one at most, and it goes when its server cannot renew the lease.
 */
export class Claims extends EntryFolder<Claim> {
  /** The claims of this server as they are written, by project. */
  private readonly own = new Map<string, string>();
  private session: EtcdSession | undefined;
  /** Of the lease that the claims of this server are written under. */
  private certainty: LeaseCertainty | undefined;

  constructor(
    link: EtcdLink,
    private readonly self: string,
  ) {
    super('claims', decode.claim);
    link.add(this);
  }

  /** ms of the monotonic clock until which the claims of this server are sure to hold. */
  get certainUntil(): number {
    return this.certainty?.until ?? Number.NEGATIVE_INFINITY;
  }

  /** The machine slept for so long, ms. */
  sleep(ms: number): void {
    this.certainty?.sleep(ms);
  }

  has(project: string): boolean {
    return this.all.get(project)?.server === this.self;
  }

  override put(key: string, text: string): void {
    if (decode.claim(text)?.server === this.self) this.own.set(key, text);
    else this.own.delete(key);
    super.put(key, text);
  }

  override leave(key: string): void {
    this.own.delete(key);
    super.leave(key);
  }

  override async begin(session: EtcdSession): Promise<void> {
    // What is still ours goes over to the new lease; until all of it has, the old one counts, which ends earlier.
    for (const [project, text] of [...this.own])
      if (!(await session.claim(this.path(project), text, text))) this.leave(project);
    this.certainty = session.certainty;
    this.session = session;
  }

  override end(): void {
    this.session = undefined;
  }

  /** Asks for a project. Resolves with whether this server has it now. */
  async claim(project: string, sinceMs: number): Promise<boolean> {
    const { session } = this;
    if (!session) return false;
    const text = JSON.stringify({ server: this.self, since: sinceMs } satisfies Claim);
    if (!(await session.claim(this.path(project), text))) return false;
    // A claim of a session that ended meanwhile is told by the next one.
    if (this.session === session) this.put(project, text);
    return this.session === session;
  }

  /** Writes what others need to run a project, as long as it is ours. Resolves with whether it is. */
  async record(project: string, record: ProjectRecord): Promise<boolean> {
    const mine = this.own.get(project);
    if (mine === undefined || !this.session) return false;
    const path = `${PROJECTS}/${project}`;
    return this.session.putWhile(this.path(project), mine, path, JSON.stringify(record));
  }

  /** Gives a project away; `forget`, nobody is to run it any more. */
  async release(project: string, forget: boolean): Promise<void> {
    const mine = this.own.get(project);
    if (mine === undefined || !this.session) return;
    const more = forget ? [`${PROJECTS}/${project}`] : [];
    await this.session.release([this.path(project), ...more], mine);
    this.leave(project);
  }

  private path(project: string): string {
    return `${this.name}/${project}`;
  }
}
