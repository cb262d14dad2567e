import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Beyond this the log is set aside once; two files of it are what a report needs. */
const MAX_LOG_BYTES = 2 * 1024 * 1024;

/** The app's own log, `MICRO_HOME/logs/desktop.log`: one line a message, with time. Never pass a secret. */
export class MainLog {
  private writing: Promise<void> = Promise.resolve();

  constructor(readonly path: string) {}

  info(message: string): void {
    this.append('info', message);
  }

  warn(message: string): void {
    this.append('warn', message);
  }

  error(message: string, error?: unknown): void {
    this.append('error', error === undefined ? message : `${message}: ${describe(error)}`);
  }

  /** Resolves when all that was said is on disk. */
  flush(): Promise<void> {
    return this.writing;
  }

  private append(level: string, message: string): void {
    const line = `${new Date().toISOString()} ${level} ${message}\n`;
    this.writing = this.writing
      .then(async () => {
        await mkdir(dirname(this.path), { recursive: true });
        const size = await stat(this.path).then(
          (info) => info.size,
          () => 0,
        );
        if (size > MAX_LOG_BYTES) await rename(this.path, `${this.path}.old`);
        await appendFile(this.path, line, { mode: 0o600 });
      })
      // A full disk must not take the app with it; there is nowhere else to say so.
      .catch(() => {});
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
