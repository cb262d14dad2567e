import { open, rename } from 'node:fs/promises';
import { SerialQueue } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/event.ts';
import { errorText, type Logger } from '../base/logger.ts';
import { readText } from '../host/files.ts';

/** Something that was refused. */
export interface Refusal {
  /** ms since 1970. */
  at: number;
  code: string;
  /** Id of the account; empty: none. */
  account: string;
  namespace: string;
  /** `type:name:endpoint` */
  resource: string;
  message: string;
  /** Refusals since the one before that were too many to be written down one by one. */
  more: number;
}

/** Bytes of the file; then it becomes the older one, and the one before that goes. Together some ten thousand refusals. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Refusals of one second that are written down; a flood would only push out what came before it. */
const MAX_PER_SECOND = 20;
/** Characters of a text in it; paths and ids come from whoever is refused. */
const MAX_TEXT = 500;

/** What was refused, as lines of JSON in a file of bounded size. */
export class AuditLog {
  private readonly noted = new Emitter<void>();
  /** There is one more, or several. */
  readonly onDidNote = this.noted.event;
  private readonly queue = new SerialQueue();
  /** Of the file; undefined: to be looked up, as a write may have ended in the middle of a line. */
  private bytes: number | undefined;
  private second = 0;
  private written = 0;
  private unwritten = 0;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Notes a refusal; it is in the file a moment later. */
  note(refusal: Omit<Refusal, 'at' | 'more'>): void {
    const at = this.clock.now();
    const second = Math.floor(at / 1000);
    if (second !== this.second) {
      this.second = second;
      this.written = 0;
    }
    if (this.written >= MAX_PER_SECOND) {
      this.unwritten += 1;
      return;
    }
    this.written += 1;
    const cut = Object.entries(refusal).map(([name, text]) => [name, text.slice(0, MAX_TEXT)]);
    const more = this.unwritten;
    this.unwritten = 0;
    void this.queue
      .run(() => this.append({ at, ...Object.fromEntries(cut), more }))
      .then(() => this.noted.fire())
      .catch((error: unknown) => this.logger.error(`a refusal cannot be written down: ${errorText(error)}`));
  }

  /** The newest ones, newest first. */
  async read(limit: number): Promise<Refusal[]> {
    await this.settled();
    const texts = [await readText(this.olderPath), await readText(this.path)];
    const lines = texts.flatMap((text) => (text ?? '').split('\n')).filter((line) => line !== '');
    return lines.slice(-limit).reverse().flatMap(parseLine);
  }

  /** Resolves when everything that was noted is in the file. */
  settled(): Promise<void> {
    return this.queue.run(async () => {});
  }

  private get olderPath(): string {
    return `${this.path}.1`;
  }

  private async append(refusal: { more: number }): Promise<void> {
    const line = `${JSON.stringify(refusal)}\n`;
    try {
      this.bytes ??= await endLine(this.path);
      if (this.bytes + line.length > MAX_FILE_BYTES) {
        await rename(this.path, this.olderPath);
        this.bytes = 0;
      }
      await appendText(this.path, line);
      this.bytes += Buffer.byteLength(line);
    } catch (error) {
      this.bytes = undefined;
      this.unwritten += 1 + refusal.more;
      throw error;
    }
  }
}

/** Ends a line that a crash or a full disk cut, which would take the next one with it. Resolves with the bytes of the file. */
async function endLine(path: string): Promise<number> {
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    if (size === 0) return 0;
    const last = Buffer.alloc(1);
    await file.read(last, 0, 1, size - 1);
    if (last.toString() === '\n') return size;
    await file.appendFile('\n');
    return size + 1;
  } finally {
    await file.close();
  }
}

async function appendText(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(text);
  } finally {
    await file.close();
  }
}

/** A line that a crash cut is left out. */
function parseLine(line: string): Refusal[] {
  try {
    return [JSON.parse(line) as Refusal];
  } catch {
    return [];
  }
}
