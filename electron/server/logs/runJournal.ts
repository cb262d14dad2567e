import { appendFile, constants, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialQueue } from '../base/async.ts';
import { writeFileAtomic } from '../host/files.ts';
import type { RunInfo } from './logStore.ts';
import { JOURNAL_NAME } from './runFiles.ts';

/** Runs remembered per service; older ones keep their numbers but lose their facts. */
const MAX_RUNS = 10_000;
/** The journal is written anew when it has so many more lines than runs it remembers. */
const COMPACT_AFTER_LINES = 5_000;

type JournalLine = { run: number } & Partial<Omit<RunInfo, 'run' | 'service'>> & {
    /** Older lines were removed while nothing ran; null: the run with this number has said so. */
    removal?: string | null;
  };

/**
 * Remembers the runs of one service, for ever numbered 1, 2, 3, …. Facts are appended one line each, so a crash can only
 * lose the last one; a damaged line is skipped.
 */
export class RunJournal {
  private readonly known = new Map<number, RunInfo>();
  private readonly queue = new SerialQueue();
  private lines = 0;
  private last = 0;
  /** What was removed and not said in a log yet. */
  private removals: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly service: string,
  ) {}

  private get path(): string {
    return join(this.folder, JOURNAL_NAME);
  }

  async load(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const facts = parseLine(line);
      if (facts) this.take(facts);
    }
    // A line that a crash cut must not swallow the next one.
    if (text !== '' && !text.endsWith('\n')) await appendFile(this.path, '\n');
  }

  /** Newest first. */
  runs(limit: number): RunInfo[] {
    const out: RunInfo[] = [];
    const numbers = [...this.known.keys()].sort((a, b) => b - a);
    for (const run of limit > 0 ? numbers.slice(0, limit) : numbers) out.push({ ...(this.known.get(run) as RunInfo) });
    return out;
  }

  get(run: number): RunInfo | undefined {
    return this.known.get(run);
  }

  get lastRun(): number {
    return this.last;
  }

  /** A number was used, whoever says so (a file of a run whose line is lost). */
  reserve(run: number): void {
    this.last = Math.max(this.last, run);
  }

  /** The next run; its facts are on disk when the promise resolves. */
  async begin(start: Omit<RunInfo, 'run' | 'service'>): Promise<number> {
    const run = ++this.last;
    await this.add({ run, ...start });
    return run;
  }

  async add(facts: JournalLine): Promise<void> {
    this.take(facts);
    await this.queue.run(async () => {
      if (this.lines > this.known.size + COMPACT_AFTER_LINES) {
        await this.compact();
        return;
      }
      await this.append(`${JSON.stringify(facts)}\n`);
    });
  }

  private async append(text: string): Promise<void> {
    try {
      await appendFile(this.path, text, { flag: constants.O_WRONLY | constants.O_APPEND });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // The first line, or somebody deleted the file: then everything that is known is written again.
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await this.compact();
    }
  }

  /** Remembers that older lines were removed, until a run can say so. */
  async addRemoval(text: string): Promise<void> {
    await this.add({ run: Math.max(1, this.last), removal: text });
  }

  /** What the run that just began has to say first; it is not told again. */
  async takeRemovals(): Promise<string[]> {
    const { removals } = this;
    if (removals.length > 0) await this.add({ run: this.last, removal: null });
    return removals;
  }

  idle(): Promise<void> {
    return this.queue.idle();
  }

  private take(facts: JournalLine): void {
    this.lines++;
    this.last = Math.max(this.last, facts.run);
    const { removal } = facts;
    if (removal !== undefined) {
      this.removals = removal === null ? [] : [...this.removals, removal];
      return;
    }
    const known = this.known.get(facts.run);
    this.known.set(facts.run, {
      service: this.service,
      instance: '',
      cause: '',
      startedAt: 0,
      ...known,
      ...facts,
    });
    if (this.known.size > MAX_RUNS) this.known.delete(this.known.keys().next().value as number);
  }

  private async compact(): Promise<void> {
    const lines = [...this.known.values()].map(({ service: _, ...facts }) => JSON.stringify(facts));
    for (const removal of this.removals) lines.push(JSON.stringify({ run: Math.max(1, this.last), removal }));
    await writeFileAtomic(this.path, `${lines.join('\n')}\n`, { durable: false });
    this.lines = lines.length;
  }
}

function parseLine(line: string): JournalLine | undefined {
  try {
    const value = JSON.parse(line) as JournalLine;
    return typeof value === 'object' && value !== null && Number.isSafeInteger(value.run) && value.run > 0
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
