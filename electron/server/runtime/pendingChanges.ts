import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { ChangeLoopGuard } from './changeLoopGuard.ts';

/**
 * One changed file alone is acted on after this time: the second write of an editor follows within 2 or 3 ms, and every ms
 * more is part of each reload. A later write cancels the reload and begins it anew. A file that follows another one is not
 * alone, also when that one is reloaded already: else a generator that writes one after the other is a reload for each, and
 * the service never comes up.
 */
const singleFileSettleMs = 5;
/** A tree that changes without a pause is acted on after so long, so that a generator cannot hold a reload up for ever. */
export const maxDebounceMs = 10_000;

/** Changed files of a service that no reload has taken yet. They are due when the tree was quiet for long enough. */
export class PendingChanges {
  /** The tree is quiet: they can be taken. */
  isDue = false;
  private readonly paths = new Set<string>();
  private firstAt = 0;
  /** The last change of all, also when a reload has taken it. */
  private last = { path: '', at: Number.NEGATIVE_INFINITY };
  private follows = false;
  private timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly guard: ChangeLoopGuard,
    private readonly watch: () => ServiceSpec['watch'],
    private readonly handleDue: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.paths.size === 0;
  }

  /** One file changed alone, by somebody's hand: unless more follows, it is acted on in a moment. */
  get isSingleSave(): boolean {
    return !this.isEmpty && !this.isDue && this.quietMs === singleFileSettleMs;
  }

  /** A file (absolute path) was changed, made or deleted. False when the service itself writes it: nothing comes of it. */
  add(path: string): boolean {
    const now = this.clock.monotonic();
    if (this.isEmpty) {
      this.firstAt = now;
      this.follows = path !== this.last.path && now - this.last.at < (this.watch()?.debounceMs ?? 0);
    }
    this.last = { path, at: now };
    this.paths.add(path);
    this.guard.noteChange(path);
    if (this.guard.verdict === 'own') return false;
    const wait = Math.max(0, Math.min(this.quietMs, this.firstAt + maxDebounceMs - now));
    this.isDue = false;
    this.timer?.dispose();
    this.timer = this.clock.setTimeout(() => {
      this.isDue = true;
      this.handleDue();
    }, wait);
    return true;
  }

  /** How long nothing may change before it is acted on. */
  private get quietMs(): number {
    if (this.guard.verdict === 'suspicious') return this.guard.holdMs;
    const watch = this.watch();
    const isAlone = this.paths.size === 1 && !this.follows;
    return watch?.adaptive && isAlone ? singleFileSettleMs : (watch?.debounceMs ?? 0);
  }

  /** All of them, in the order in which they came, and the monotonic time of the first. Afterwards there are none. */
  take(): { files: string[]; firstAt: number } {
    const files = [...this.paths];
    this.clear();
    return { files, firstAt: this.firstAt };
  }

  clear(): void {
    this.isDue = false;
    this.timer?.dispose();
    this.paths.clear();
  }
}
