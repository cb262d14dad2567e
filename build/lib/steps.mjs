/**
 * Says what a script is doing: one line a step, with its number, what came of it and how long it took. On a terminal the
 * seconds count up while the step runs.
 */
export class Steps {
  /** @param {number} total how many steps there will be */
  constructor(total) {
    this.total = total;
    this.done = 0;
  }

  /**
   * Runs one step. `work` gets a function that says a detail while it runs; the text it returns closes the line.
   * @template T
   * @param {string} title
   * @param {(say: (detail: string) => void) => Promise<string>} work
   */
  async run(title, work) {
    this.done += 1;
    const head = `${this.done}/${this.total} ${title}`;
    const startedAt = Date.now();
    const live = process.stdout.isTTY;
    let detail = '';
    let shown = false;
    const say = (text) => {
      if (text === detail) return;
      detail = text;
      if (live) draw();
      else process.stdout.write(`${head} … ${text}\n`);
      shown = true;
    };
    const draw = () => process.stdout.write(`\r\x1b[2K${head} … ${detail ? `${detail}, ` : ''}${seconds(startedAt)}`);
    const timer = live ? setInterval(draw, 1000) : undefined;
    try {
      const result = await work(say);
      const took = Date.now() - startedAt >= 1000 ? `, ${seconds(startedAt)}` : '';
      process.stdout.write(`${live && (shown || took) ? '\r\x1b[2K' : ''}${head}: ${result}${took}\n`);
    } catch (error) {
      process.stdout.write(`${live ? '\r\x1b[2K' : ''}${head}: failed after ${seconds(startedAt)}\n`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }
}

/** A problem that the user can understand and act on; printed without a stack. */
export class SetupError extends Error {}

/** Runs the body of a script: a {@link SetupError} is printed plainly, anything else with its stack; both end in code 1. */
export async function runScript(body) {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n`);
    process.exit(1);
  }
}

/** Seconds since `startedAt` (ms since 1970), e.g. `21 s`. */
export function seconds(startedAt) {
  const ms = Date.now() - startedAt;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
