/** A file that changes so soon after its reload began, ms, was written by what started: no hand saves that fast, time after time. */
const soonMs = 400;
/** Reloads in a row whose file changes again that soon, and before the new copy is ready. */
const soonLimit = 4;
/**
 * Reloads in a row whose file changes later than that, but before the new copy is ready, and in one rhythm. People save so while a
 * slow service starts, but in no rhythm.
 */
const earlyLimit = 10;
/**
 * Reloads in a row, by one file and in one rhythm, after which it is looked closer: changes are held back for a moment. More
 * saves than anybody makes by hand as regularly as that. A program which writes when it is ready is found that much later:
 * after 16 s when it writes every 400 ms.
 */
const rhythmLimit = 40;
/** The rhythm of a program: its longest time from one reload to the next change is at most so many times the shortest. */
const rhythmSpread = 1.5;
/** Slower rhythms are not looked at, ms: a program that writes every few seconds cannot be told from a person in time. */
const slowestRhythmMs = 3000;
/** The file has to be quiet for so many times the rhythm: a program that goes on writing by itself does so within that. */
const holdFactor = 1.2;
/** Shortest time that a file has to be quiet, ms: the steps of one save and the news of them take a part of that. */
const leastHoldMs = 300;
/** Changes of that file while the reload is held back: the service goes on writing by itself. */
const heldLimit = 3;
/** Changes that follow each other faster than this, ms, are one save told in several steps (emptied, written) and count once. */
const oneSaveMs = 100;

/**
 * Recognises a service (or its build) that writes into its own watched folder and so reloads itself for ever. Two signs:
 * the file that caused the reload changes again before the new copy is ready, several times in a row, at once or in one
 * rhythm; or one file causes reload after reload in the rhythm of a program, and goes on changing while the reload is held
 * back for a moment. A person has no such rhythm and never waits; a script that saves in one waits once after
 * {@link rhythmLimit} saves, and then not before twice as many.
 */
export class ChangeLoopGuard {
  verdict: 'fine' | 'suspicious' | 'own' = 'fine';

  /** Of the last reloads in a row whose file changed before the copy was ready: after how long, ms. */
  private earlyMs: number[] = [];
  private lastFiles = new Set<string>();
  private isStarting = false;
  /** After how long a file of the last reload changed before it was ready, ms. */
  private sawEarlyMs: number | undefined;
  /** The file that caused the last reloads in a row, and the times from each of them to its next change, ms. */
  private row: { file: string; timesMs: number[]; limit: number } | undefined;
  private reloadedAt = 0;
  /** When the file of the row changed first since the last reload. */
  private changedAt: number | undefined;
  private held = 0;
  private heldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  /** While suspicious, how long the file has to be quiet before it counts, ms. */
  get holdMs(): number {
    return Math.max(leastHoldMs, holdFactor * Math.max(...this.rhythm()));
  }

  reset(): void {
    this.verdict = 'fine';
    this.earlyMs = [];
    this.held = 0;
    this.row = undefined;
    this.lastFiles.clear();
  }

  noteReload(files: readonly string[]): void {
    const same = files.some((file) => this.lastFiles.has(file));
    this.earlyMs = same && this.sawEarlyMs !== undefined ? [...this.earlyMs, this.sawEarlyMs].slice(-earlyLimit) : [];
    this.lastFiles = new Set(files);
    this.isStarting = true;
    this.sawEarlyMs = undefined;
    this.continueRow(files);
    this.held = 0;
    this.verdict = 'fine';
    this.reloadedAt = this.now();
    this.changedAt = undefined;
  }

  private continueRow(files: readonly string[]): void {
    const file = files.length === 1 ? (files[0] as string) : undefined;
    if (!file || file !== this.row?.file) {
      this.row = file ? { file, timesMs: [], limit: rhythmLimit } : undefined;
      return;
    }
    // Quiet while it was looked at: whoever writes it waits for the reload, as no service can.
    if (this.verdict === 'suspicious') this.row = { file, timesMs: [], limit: this.row.limit * 2 };
    else this.row.timesMs = this.rhythm().slice(-this.row.limit);
  }

  noteReady(): void {
    this.isStarting = false;
  }

  noteChange(file: string): void {
    const now = this.now();
    if (file === this.row?.file) this.changedAt ??= now;
    if (this.isStarting && this.lastFiles.has(file)) {
      this.sawEarlyMs ??= now - this.reloadedAt;
      if (this.isWrittenByStart()) this.verdict = 'own';
      return;
    }
    if (file !== this.row?.file || (this.verdict === 'fine' && !this.isProgram(this.row.limit))) return;
    if (now - this.heldAt >= oneSaveMs) this.held++;
    this.heldAt = now;
    this.verdict = this.held > heldLimit ? 'own' : 'suspicious';
  }

  /** Each of the last starts changed the file that had caused it. */
  private isWrittenByStart(): boolean {
    const times = this.sawEarlyMs === undefined ? this.earlyMs : [...this.earlyMs, this.sawEarlyMs];
    const isSoon = times.length >= soonLimit && times.slice(-soonLimit).every((time) => time <= soonMs);
    return isSoon || (times.length >= earlyLimit && isRegular(times.slice(-earlyLimit)));
  }

  /** The times from one reload to the next change, the last one among them. */
  private rhythm(): number[] {
    if (!this.row || this.changedAt === undefined) return [];
    return [...this.row.timesMs, this.changedAt - this.reloadedAt];
  }

  /** The last changes came as regularly as only a program makes them. */
  private isProgram(limit: number): boolean {
    const times = this.rhythm();
    return times.length >= limit && Math.max(...times) <= slowestRhythmMs && isRegular(times);
  }
}

function isRegular(timesMs: readonly number[]): boolean {
  return Math.max(...timesMs) <= rhythmSpread * Math.min(...timesMs);
}
