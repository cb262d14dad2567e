import type { KubernetesListObject, KubernetesObject, ListWatch } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { kubernetesError, statusOf } from '../../environments/kubernetesError.ts';
import type { Connection } from './connection.ts';
import { watcher } from './watcher.ts';

/** A watch that broke is begun again after this, ms: soon enough to be no gap, seldom enough to spare a broken server. */
const againMs = 1000;

/** One kind of object in a namespace, and who is told of it. */
export interface WatchedKind<T extends KubernetesObject> {
  /** As people and rules call it: `pods`. */
  name: string;
  path: string;
  selector: string;
  list(): Promise<unknown>;
  handleChange(object: T): void;
  /** It cannot be followed any more, or can be again; see {@link KindWatch.problem}. */
  handleProblem(): void;
}

/** Follows the objects of one kind by watch, and takes it up again where it broke. */
export class KindWatch<T extends KubernetesObject> {
  private readonly objects: ListWatch<T>;
  private timer: Disposable | undefined;
  private isStopped = false;
  private breaks = 0;
  private hasFailed = false;
  /** Why it cannot be followed, so that what is known of it may be untrue by now; empty when it can. */
  problem = '';

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly kind: WatchedKind<T>,
  ) {
    const list = kind.list as () => Promise<KubernetesListObject<T>>;
    const watch = watcher(connection, clock);
    this.objects = new connection.client.ListWatch<T>(kind.path, watch, list, false, kind.selector);
    this.objects.on('change', (object) => kind.handleChange(object));
    this.objects.on('error', (error: unknown) => this.handleError(error));
  }

  /** Resolves when it is known what there is, or why not. */
  async start(): Promise<void> {
    this.hasFailed = false;
    await this.objects.start();
    // The client calls it started as well when it failed, and has told so before.
    if (this.hasFailed || this.isStopped) return;
    this.breaks = 0;
    this.setProblem('');
  }

  /** What there was when it was followed last. */
  list(): readonly T[] {
    return this.objects.list();
  }

  private handleError(error: unknown): void {
    this.hasFailed = true;
    if (this.isStopped) return;
    this.breaks += 1;
    // A connection that is broken and at once taken up again, as an API server that is restarted does, hides nothing.
    if (this.breaks > 1 || this.objects.latestResourceVersion() === '') this.lose(error);
    this.timer?.dispose();
    this.timer = this.clock.setTimeout(() => void this.again(error), againMs);
  }

  private async again(error: unknown): Promise<void> {
    if (statusOf(error) === 401) await this.connection.refresh();
    if (!this.isStopped) await this.start();
  }

  /** What is known of it may be untrue from now on. */
  lose(error: unknown): void {
    const problem = kubernetesError(`${this.kind.name} cannot be followed`, error).message;
    if (this.problem === '') this.logger.warn(problem);
    this.setProblem(problem);
  }

  private setProblem(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.kind.handleProblem();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.dispose();
    await this.objects.stop();
  }
}
