import { relative } from 'node:path';
import { errorText } from '../base/logger.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { ChangeLoopGuard } from './changeLoopGuard.ts';
import { gitIsDone } from './gitIsDone.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { FileWatcher } from './options.ts';
import { maxRecent, noReload, type ReloadResult, type ReloadState } from './reloadState.ts';
import { ServiceFiles } from './serviceFiles.ts';

/** The service that is reloaded. */
export interface ReloadTarget {
  spec(): ServiceSpec;
  /** A file changed; unless more follow, a reload comes in a moment. */
  expectReload(): void;
  /** Brings the new version up; calls `onSwap` once it is built. */
  reload(cause: string, onSwap: () => void, signal: AbortSignal): Promise<ReloadResult>;
  changed(): void;
}

/**
 * One changed file alone is acted on after this time: the second write of an editor follows within 2 or 3 ms, and every ms
 * more is part of each reload. A later write cancels the reload and begins it anew.
 */
const singleFileSettleMs = 5;
/** A tree that changes without a pause is acted on after so long, so that a generator cannot hold a reload up for ever. */
const maxDebounceMs = 10_000;
/** How often it is looked whether a reload that was told to end has ended, ms. */
const endPollMs = 10;

/** Watches the files of one service and reloads it: debounce, then build and swap; a newer change cancels an older one. */
export class Reloader implements Disposable {
  state: ReloadState = noReload;

  private readonly files: ServiceFiles;
  private missedSince: number | undefined;
  private armed = false;
  private isPaused = false;
  private generation = 0;
  private timer: Disposable | undefined;
  private readonly pending = new Set<string>();
  private firstChangeAt = 0;
  private running: AbortController | undefined;
  private readonly guard: ChangeLoopGuard;

  constructor(
    private readonly host: InstanceHost,
    private readonly target: ReloadTarget,
  ) {
    this.guard = new ChangeLoopGuard(() => host.clock.monotonic());
    this.files = new ServiceFiles(host.home, {
      handleChange: (path) => this.handleChange(path),
      handleProblem: (text) => this.handleProblem(text),
    });
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
  async explain(path: string): Promise<{ counts: boolean; why: string }> {
    const spec = this.target.spec();
    if (!spec.watch) {
      return {
        counts: false,
        why: spec.reload === 'none' ? 'the service reloads itself' : 'watch is off for this service',
      };
    }
    const verdict = await this.files.judge(path, spec);
    if (!verdict.counts) return verdict;
    if (this.isPaused) return { counts: false, why: 'reloading is paused' };
    if (this.state.state === 'suspended') return { counts: false, why: this.state.message };
    if (!this.armed) return { counts: false, why: 'the service is stopped' };
    return verdict;
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
    const changed = await this.files.changedSince(since);
    const [first] = changed;
    if (first === undefined) return;
    const { name } = this.target.spec();
    const file = this.relative(first);
    const what = changed.length === 1 ? `${file} changed` : `${changed.length} files changed (${file}, …)`;
    this.host.notify('info', name, `${what} while ${name} was not watched; it was started with that`, 'reload.missed');
  }

  private handleProblem(text: string): void {
    this.host.notify('warn', this.target.spec().name, text, 'watch.limited');
    this.show({ message: text });
  }

  private handleChange(path: string): void {
    if (!this.armed || this.isPaused || this.state.state === 'suspended') return;
    const now = this.host.clock.monotonic();
    if (this.pending.size === 0) {
      this.firstChangeAt = now;
      this.target.expectReload();
    }
    this.pending.add(path);
    this.guard.noteChange(path);
    if (this.guard.verdict === 'own') {
      this.suspend(path);
      return;
    }
    const watch = this.target.spec().watch;
    const chosen = watch?.debounceMs ?? 0;
    const quietMs =
      this.guard.verdict === 'suspicious'
        ? this.guard.holdMs
        : watch?.adaptive && this.pending.size === 1
          ? singleFileSettleMs
          : chosen;
    const wait = Math.max(0, Math.min(quietMs, this.firstChangeAt + maxDebounceMs - now));
    this.timer?.dispose();
    this.timer = this.host.clock.setTimeout(() => void this.act(), wait);
    // What is under way builds or starts something that is old already; the newest change wins.
    if (this.running) this.running.abort(new Error('a newer change came'));
    else this.show({ state: 'debouncing' });
  }

  private suspend(path: string): void {
    this.timer?.dispose();
    this.pending.clear();
    const file = this.relative(path);
    const text = `${file} is written by the service itself each time, so it would be reloaded without end. Reloading is suspended; add it to watch.ignore, or resume.`;
    this.show({ state: 'suspended', message: text, file });
    this.host.notify('warn', this.target.spec().name, text, 'reload.loop');
  }

  private async act(): Promise<void> {
    if (this.pending.size === 0) return;
    const before = this.running;
    if (before) {
      // Only one at a time; the older one has been told to end.
      this.timer = this.host.clock.setTimeout(() => void this.act(), endPollMs);
      return;
    }
    const controller = new AbortController();
    this.running = controller;
    const generation = this.generation;
    try {
      await this.gitIsDone(controller.signal);
      if (controller.signal.aborted || generation !== this.generation) return;
      const files = [...this.pending];
      const startedAt = this.firstChangeAt;
      this.pending.clear();
      const file = this.relative(files[0] ?? '');
      const { build } = this.target.spec();
      this.show({ state: build ? 'building' : 'swapping', file, files: files.length, message: '' });
      const cause = files.length === 1 ? `${file} changed` : `${files.length} files changed (${file}, …)`;
      this.guard.noteReload(files);
      const onSwap = (): void => {
        if (generation === this.generation) this.rest({ state: 'swapping' });
      };
      const result = await this.target.reload(cause, onSwap, controller.signal);
      if (generation !== this.generation) return;
      this.guard.noteReady();
      if (result.outcome !== 'dropped') this.conclude(result, { file, files: files.length }, startedAt);
      else if (!controller.signal.aborted) this.rest({ state: 'watching' });
    } catch (error) {
      if (generation === this.generation) this.rest({ state: 'failed', message: errorText(error) });
    } finally {
      if (this.running === controller) this.running = undefined;
      if (this.pending.size > 0 && controller.signal.aborted && this.armed && generation === this.generation)
        this.show({ state: 'debouncing' });
    }
  }

  /** Remembers how a reload ended, and shows it. `startedAt` is the monotonic time of the change. */
  private conclude(
    result: Exclude<ReloadResult, { outcome: 'dropped' }>,
    what: { file: string; files: number },
    startedAt: number,
  ): void {
    const tookMs = Math.round(this.host.clock.monotonic() - startedAt);
    const at = this.host.clock.now();
    const message = 'problem' in result ? result.problem : '';
    const recent = [{ ...what, at, outcome: result.outcome, tookMs, message }, ...this.state.recent].slice(
      0,
      maxRecent,
    );
    if ('problem' in result) this.rest({ state: 'failed', message }, { recent });
    else this.rest({ state: 'watching', message: '' }, { count: this.state.count + 1, lastMs: tookMs, at, recent });
  }

  /** Shows what a reload came to. One that was suspended while it ran stays suspended, and its reason stays to be read. */
  private rest(outcome: Partial<ReloadState>, change: Partial<ReloadState> = {}): void {
    this.show(this.state.state === 'suspended' ? change : { ...outcome, ...change });
  }

  private gitIsDone(signal: AbortSignal): Promise<void> {
    const { projectFolder, folder } = this.target.spec();
    return gitIsDone(this.host.clock, projectFolder || folder, maxDebounceMs, signal);
  }

  private relative(path: string): string {
    const { projectFolder, folder } = this.target.spec();
    return relative(projectFolder || folder, path).replaceAll('\\', '/');
  }

  private end(): void {
    this.generation++;
    this.timer?.dispose();
    this.pending.clear();
    this.running?.abort(new Error('watching ended'));
    this.running = undefined;
    this.files.stop();
  }

  private show(change: Partial<ReloadState>): void {
    this.state = { ...this.state, watched: this.files.count, ...change };
    this.target.changed();
  }

  dispose(): void {
    this.armed = false;
    this.end();
  }
}
