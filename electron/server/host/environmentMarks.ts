import { mapLimit } from '../base/async.ts';
import { readProcFile } from './procFile.ts';

/** Processes whose environment is read at once; the thread pool has four threads, more only queues. */
const PARALLEL_READS = 8;

/**
 * A process is read anew until it has been known for so many ms. One that was seen between its fork and its exec shows
 * the environment of its parent; an exec follows its fork within a few ms.
 */
const SETTLED_MS = 500;

/**
 * More forks per second than any machine manages. The kernel counts pids up and begins again at `pid_max`, so a number
 * that was seen can belong to another process only after `pid_max` forks.
 */
const MAX_FORKS_PER_SECOND = 20_000;

/** `pid_max` where it cannot be read: the least that Linux has. */
const LEAST_PID_MAX = 32_768;

interface Seen {
  value: string | undefined;
  /** Monotonic, ms. */
  firstMs: number;
  lastMs: number;
  /** Read when it was known for long enough, and without the variable: it does not get it any more. */
  settled: boolean;
}

/**
 * The value that one variable has in the environment of each process. An environment is fixed once its program runs, so
 * a process that was seen without the variable is not read again: of the hundreds on a machine only the new ones and those
 * with it cost something. (Those are read again because an ended one that nobody has reaped has no environment any more.)
 */
export class EnvironmentMarks {
  private readonly key: Buffer;
  private seen = new Map<number, Seen>();
  private reuseMs: Promise<number> | undefined;

  /** `root` is where /proc is; `now` tells monotonic ms. */
  constructor(
    private readonly root: string,
    name: string,
    private readonly now: () => number,
  ) {
    this.key = Buffer.from(`${name}=`);
  }

  /** The pids, of those given, by the value that they carry. */
  async byValue(pids: readonly number[]): Promise<Map<string, number[]>> {
    this.reuseMs ??= this.readReuseMs();
    const reuseMs = await this.reuseMs;
    const begin = this.now();
    const before = this.seen;
    const seen = new Map<number, Seen>();
    await mapLimit(pids, PARALLEL_READS, async (pid) => {
      const known = before.get(pid);
      const isSame = known !== undefined && begin - known.lastMs < reuseMs;
      if (isSame && known.settled) {
        seen.set(pid, { ...known, lastMs: begin });
        return;
      }
      // Not readable: gone, or of another user, which is not ours either way.
      const block = await readProcFile(`${this.root}/${pid}/environ`);
      const firstMs = isSame ? known.firstMs : begin;
      const value = block && entryOf(block, this.key);
      seen.set(pid, { value, firstMs, lastMs: begin, settled: value === undefined && begin - firstMs >= SETTLED_MS });
    });
    this.seen = seen;
    const found = new Map<string, number[]>();
    for (const [pid, { value }] of seen) {
      if (value === undefined) continue;
      const same = found.get(value);
      if (same) same.push(pid);
      else found.set(value, [pid]);
    }
    return found;
  }

  private async readReuseMs(): Promise<number> {
    const text = (await readProcFile(`${this.root}/sys/kernel/pid_max`))?.toString('latin1');
    const pidMax = Number(text) || LEAST_PID_MAX;
    return (pidMax / MAX_FORKS_PER_SECOND) * 1000;
  }
}

/** The value of the entry that begins with `key` (`NAME=`) in a NUL-separated block. */
function entryOf(block: Buffer, key: Buffer): string | undefined {
  for (let at = block.indexOf(key); at >= 0; at = block.indexOf(key, at + 1)) {
    if (at > 0 && block[at - 1] !== 0) continue;
    const end = block.indexOf(0, at);
    return block.toString('utf8', at + key.length, end < 0 ? block.length : end);
  }
  return undefined;
}
