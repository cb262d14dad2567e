import { errorText } from '../base/logger.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ChangeLoopGuard } from './changeLoopGuard.ts';
import { gitIsDone } from './gitIsDone.ts';
import type { InstanceHost } from './instanceHost.ts';
import { maxDebounceMs, type PendingChanges } from './pendingChanges.ts';
import { maxRecent, type ReloadResult, type ReloadState } from './reloadState.ts';

/** The service that is reloaded, and where its reloads are shown. */
export interface ReloadSubject {
  spec(): ServiceSpec;
  /** Brings the new version up; calls `onSwap` once it is built. */
  reload(cause: string, onSwap: () => void, signal: AbortSignal): Promise<ReloadResult>;
  readonly state: ReloadState;
  show(change: Partial<ReloadState>): void;
  /** A path as it is shown. */
  relative(path: string): string;
}

/** The reloads of one service: one at a time, and a newer change ends the one that is under way. */
export class ReloadRuns {
  private running: AbortController | undefined;
  private generation = 0;

  constructor(
    private readonly host: Pick<InstanceHost, 'clock'>,
    private readonly target: ReloadSubject,
    private readonly changes: PendingChanges,
    private readonly guard: ChangeLoopGuard,
  ) {}

  get isUnderWay(): boolean {
    return this.running !== undefined;
  }

  /** What is under way builds or starts something that is old already; the newest change wins. */
  overtake(): void {
    this.running?.abort(new Error('a newer change came'));
  }

  /** Nothing is reloaded any more, and what is under way ends. */
  cancel(): void {
    this.generation++;
    this.running?.abort(new Error('watching ended'));
    this.running = undefined;
  }

  /** Reloads with the changes that are due; after the reload that is under way, which has been told to end. */
  async begin(): Promise<void> {
    if (this.running || this.changes.isEmpty) return;
    const controller = new AbortController();
    this.running = controller;
    const generation = this.generation;
    try {
      await this.run(controller.signal, () => generation === this.generation);
    } catch (error) {
      if (generation === this.generation) this.rest({ state: 'failed', message: errorText(error) });
    } finally {
      if (this.running === controller) this.running = undefined;
      if (generation === this.generation && controller.signal.aborted && !this.changes.isEmpty) {
        this.target.show({ state: 'debouncing' });
        if (this.changes.isDue) void this.begin();
      }
    }
  }

  private async run(signal: AbortSignal, isCurrent: () => boolean): Promise<void> {
    const { target, guard } = this;
    const { projectFolder, folder, build } = target.spec();
    await gitIsDone(this.host.clock, projectFolder || folder, maxDebounceMs, signal);
    if (signal.aborted || !isCurrent()) return;
    const { files, firstAt } = this.changes.take();
    const file = target.relative(files[0] ?? '');
    target.show({ state: build ? 'building' : 'swapping', file, files: files.length, message: '' });
    const cause = files.length === 1 ? `${file} changed` : `${files.length} files changed (${file}, …)`;
    guard.noteReload(files);
    const onSwap = (): void => {
      if (isCurrent()) this.rest({ state: 'swapping' });
    };
    const result = await target.reload(cause, onSwap, signal);
    if (!isCurrent()) return;
    guard.noteReady();
    if (result.outcome !== 'dropped') this.conclude(result, { file, files: files.length }, firstAt);
    else if (!signal.aborted) this.rest({ state: 'watching' });
  }

  /** Remembers how a reload ended, and shows it. `startedAt` is the monotonic time of the change. */
  private conclude(
    result: Exclude<ReloadResult, { outcome: 'dropped' }>,
    what: { file: string; files: number },
    startedAt: number,
  ): void {
    const { recent: before, count } = this.target.state;
    const tookMs = Math.round(this.host.clock.monotonic() - startedAt);
    const at = this.host.clock.now();
    const message = 'problem' in result ? result.problem : '';
    const recent = [{ ...what, at, outcome: result.outcome, tookMs, message }, ...before].slice(0, maxRecent);
    if ('problem' in result) this.rest({ state: 'failed', message }, { recent });
    else this.rest({ state: 'watching', message: '' }, { count: count + 1, lastMs: tookMs, at, recent });
  }

  /** Shows what a reload came to. One that was suspended while it ran stays suspended, and its reason stays to be read. */
  private rest(outcome: Partial<ReloadState>, change: Partial<ReloadState> = {}): void {
    this.target.show(this.target.state.state === 'suspended' ? change : { ...outcome, ...change });
  }
}
