import type { IPty } from '@lydell/node-pty';

/** A pseudo terminal of Windows (ConPTY) as node-pty shows it: text in UTF-8, no path of a device, no signals. */
export class FakePty {
  readonly pid = 4711;
  isPaused = false;
  hasExited = false;
  readonly written: string[] = [];
  readonly sizes: [number, number][] = [];
  private readonly dataListeners: ((text: string) => void)[] = [];
  private readonly exitListeners: ((exit: { exitCode: number }) => void)[] = [];

  readonly onData = (listener: (text: string) => void): void => void this.dataListeners.push(listener);
  readonly onExit = (listener: (exit: { exitCode: number }) => void): void => void this.exitListeners.push(listener);

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  write(data: string | Uint8Array): void {
    this.written.push(typeof data === 'string' ? data : Buffer.from(data).toString());
  }

  resize(cols: number, rows: number): void {
    if (this.hasExited) throw new Error('Cannot resize a pty that has already exited');
    this.sizes.push([cols, rows]);
  }

  says(text: string): void {
    for (const listener of this.dataListeners) listener(text);
  }

  exits(exitCode: number): void {
    this.hasExited = true;
    for (const listener of this.exitListeners) listener({ exitCode });
  }

  asPty(): IPty {
    return this as unknown as IPty;
  }
}
