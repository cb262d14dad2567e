/** Reloads in a row whose file changes again before the new copy is ready: nobody saves that fast, but a program that writes at its start does. */
const earlyLimit = 4;
/** Reloads by one file within a minute after which it is looked closer. */
const minuteLimit = 10;
const minuteMs = 60_000;
/** Changes of that file while the reload is held back: the service goes on writing by itself. */
const heldLimit = 3;
/** Changes that follow each other faster than this, ms, are one save told in several steps (emptied, written) and count once. */
const oneSaveMs = 100;

/**
 * Recognises a service (or its build) that writes into its own watched folder and so reloads itself for ever. Two signs:
 * the file that caused the reload changes again before the new copy is ready, several times in a row; or one file causes
 * many reloads within a minute and goes on changing while the reload is held back for a moment.
 */
export class ChangeLoopGuard {
  /** While suspicious, how long the file has to be quiet before it counts. */
  readonly holdMs = 1500;
  verdict: 'fine' | 'suspicious' | 'own' = 'fine';

  private early = 0;
  private lastFiles = new Set<string>();
  private isStarting = false;
  private sawEarly = false;
  private reloads: { file: string; at: number }[] = [];
  private held = 0;
  private heldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  reset(): void {
    this.verdict = 'fine';
    this.early = 0;
    this.held = 0;
    this.reloads = [];
    this.lastFiles.clear();
  }

  noteReload(files: readonly string[]): void {
    const same = files.some((file) => this.lastFiles.has(file));
    this.early = same && this.sawEarly ? this.early + 1 : 0;
    this.lastFiles = new Set(files);
    this.isStarting = true;
    this.sawEarly = false;
    // Looked at once per ten reloads: a person (or a test) that saves often only waits this one time.
    if (this.verdict === 'suspicious') this.reloads = [];
    this.held = 0;
    const now = this.now();
    this.reloads = this.reloads.filter(({ at }) => now - at < minuteMs);
    if (files.length === 1) this.reloads.push({ file: files[0] as string, at: now });
    this.verdict = 'fine';
  }

  noteReady(): void {
    this.isStarting = false;
  }

  noteChange(file: string): void {
    if (this.isStarting && this.lastFiles.has(file)) {
      this.sawEarly = true;
      if (this.early + 1 >= earlyLimit) this.verdict = 'own';
      return;
    }
    const now = this.now();
    const often =
      this.reloads.filter((reload) => reload.file === file && now - reload.at < minuteMs).length >= minuteLimit;
    if (!often) return;
    if (now - this.heldAt >= oneSaveMs) this.held++;
    this.heldAt = now;
    this.verdict = this.held > heldLimit ? 'own' : 'suspicious';
  }
}
