import { relative } from 'node:path';
import { errorText } from '../base/logger.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { ChangeLoopGuard } from './changeLoopGuard.ts';
import { isGitBusy } from './gitIsDone.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { FileWatcher } from './options.ts';
import { PendingChanges } from './pendingChanges.ts';
import { type ReloadSubject, ReloadRuns } from './reloadRuns.ts';
import { noReload, type ReloadResult, type ReloadState } from './reloadState.ts';
import { explainFile, loopText, missedText } from './reloadTexts.ts';
import { ServiceFiles } from './serviceFiles.ts';

/** The service that is reloaded. */
export interface ReloadTarget {
  spec(): ServiceSpec;
  /** Whether {@link beginEarly} is of use now: nothing is built first, and something runs. */
  canBeginEarly(): boolean;
  /** One file was saved, and the reload for it comes in a moment unless {@link stayUp} is called: what it takes may begin. */
  beginEarly(cause: string): void;
  /** No reload comes for now: what was stopped early is started again. */
  stayUp(why: string): void;
  /** Brings the new version up; calls `onSwap` once it is built. */
  reload(cause: string, onSwap: () => void, signal: AbortSignal): Promise<ReloadResult>;
  changed(): void;
}

/** Watches the files of one service and reloads it: debounce, then build and swap; a newer change cancels an older one. */
export class Reloader implements Disposable, ReloadSubject {
  state: ReloadState = noReload;

  private readonly files: ServiceFiles;
  private missedSince: number | undefined;
  private armed = false;
  private isPaused = false;
  private generation = 0;
  private readonly guard: ChangeLoopGuard;
  private readonly changes: PendingChanges;
  private readonly runs: ReloadRuns;

  constructor(
    private readonly host: InstanceHost,
    private readonly target: ReloadTarget,
  ) {
    this.guard = new ChangeLoopGuard(() => host.clock.monotonic());
    this.changes = new PendingChanges(
      host.clock,
      this.guard,
      () => target.spec().watch,
      () => void this.runs.begin(),
    );
    this.runs = new ReloadRuns(host, this, this.changes, this.guard);
    this.files = new ServiceFiles(host.home, {
      handleChange: (path) => this.handleChange(path),
      handleProblem: (text) => this.handleProblem(text),
    });
  }

  spec(): ServiceSpec {
    return this.target.spec();
  }
  reload(...run: Parameters<ReloadTarget['reload']>): Promise<ReloadResult> {
    return this.target.reload(...run);
  }

  /** Begins to watch, unless nothing is to be watched. */
  arm(): void {
    if (this.armed) return;
    this.armed = true;
    const spec = this.target.spec();
    if (spec.kind === 'external') return;
    if (!spec.watch) {
      this.show({
        state: spec.reload === 'none' ? 'self' : 'off',
        message: spec.reload === 'none' ? 'reloads itself' : '',
      });
      return;
    }
    if (!this.host.watcher) return;
    if (this.isPaused) {
      this.show({ state: 'paused' });
      return;
    }
    this.guard.reset();
    void this.begin(this.host.watcher, ++this.generation);
  }

  /** Says, once everything is watched, what changed since a time while nobody watched. It runs with these changes already. */
  sayMissed(since: number): void {
    this.missedSince = since;
  }

  /** Stops watching and cancels what is under way. */
  disarm(): void {
    if (!this.armed) return;
    this.armed = false;
    this.end();
    this.show({ state: '', message: '', watched: 0 });
  }

  /** The declaration changed: watches anew when it was watching. */
  rearm(): void {
    if (!this.armed) return;
    this.armed = false;
    this.end();
    this.arm();
  }

  /** Stops reloading until `resume`; the service goes on. */
  pause(): void {
    this.isPaused = true;
    if (!this.armed) return;
    this.end();
    if (this.target.spec().watch) this.show({ state: 'paused', message: 'paused by you' });
  }

  resume(): void {
    this.isPaused = false;
    if (!this.armed) return;
    this.armed = false;
    this.end();
    this.arm();
  }

  /** Why a file does or does not reload the service. */
  explain(path: string): Promise<{ counts: boolean; why: string }> {
    return explainFile(path, {
      spec: this.target.spec(),
      files: this.files,
      isPaused: this.isPaused,
      isArmed: this.armed,
      suspended: this.state.state === 'suspended' ? this.state.message : undefined,
    });
  }

  private async begin(watcher: FileWatcher, generation: number): Promise<void> {
    try {
      await this.files.watch(watcher, this.target.spec());
      if (generation !== this.generation) return;
      // What the last build came to stays to be read; everything else is over.
      if (this.state.state === 'failed') this.show({});
      else this.show({ state: 'watching', message: '' });
      await this.tellMissed();
    } catch (error) {
      if (generation === this.generation)
        this.show({ state: 'failed', message: `cannot be watched: ${errorText(error)}` });
    }
  }

  private async tellMissed(): Promise<void> {
    const since = this.missedSince;
    this.missedSince = undefined;
    if (since === undefined) return;
    const { name } = this.target.spec();
    const text = missedText(name, await this.files.changedSince(since), (path) => this.relative(path));
    if (text !== undefined) this.host.notify('info', name, text, 'reload.missed');
  }

  private handleProblem(text: string): void {
    this.host.notify('warn', this.target.spec().name, text, 'watch.limited');
    this.show({ message: text });
  }

  private handleChange(path: string): void {
    if (!this.armed || this.isPaused || this.state.state === 'suspended') return;
    if (!this.changes.add(path)) this.suspend(path);
    else if (this.guard.verdict !== 'fine') this.holdBack();
    else if (this.runs.isUnderWay) this.runs.overtake();
    else {
      this.show({ state: 'debouncing' });
      void this.beginEarly(path, this.generation);
    }
  }

  /** Whether the service writes the file itself is looked at for a while, in which it runs. */
  private holdBack(): void {
    this.target.stayUp('held back: it may write the file itself');
    if (this.runs.isUnderWay) this.runs.overtake();
    else this.show({ state: 'debouncing' });
  }

  private async beginEarly(path: string, generation: number): Promise<void> {
    if (!this.changes.isSingleSave || !this.target.canBeginEarly()) return;
    const { projectFolder, folder } = this.target.spec();
    // Git goes on for longer than a service should be down.
    if (await isGitBusy(projectFolder || folder)) return;
    if (generation !== this.generation || !this.changes.isSingleSave || this.runs.isUnderWay) return;
    if (this.target.canBeginEarly()) this.target.beginEarly(`${this.relative(path)} changed`);
  }

  private suspend(path: string): void {
    this.changes.clear();
    this.target.stayUp('reloading is suspended');
    const file = this.relative(path);
    const text = loopText(file);
    this.show({ state: 'suspended', message: text, file });
    this.host.notify('warn', this.target.spec().name, text, 'reload.loop');
  }

  relative(path: string): string {
    const { projectFolder, folder } = this.target.spec();
    return relative(projectFolder || folder, path).replaceAll('\\', '/');
  }

  private end(): void {
    this.generation++;
    this.changes.clear();
    this.runs.cancel();
    this.target.stayUp('watching ended');
    this.files.stop();
  }

  show(change: Partial<ReloadState>): void {
    this.state = { ...this.state, watched: this.files.count, ...change };
    this.target.changed();
  }

  dispose(): void {
    this.armed = false;
    this.end();
  }
}
