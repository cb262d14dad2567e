import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { type Disposable, MutableDisposable } from '../base/lifecycle.ts';

/** ms that a file is let be after the last word of it: editors write in steps, and half a file is not to be read. */
const SETTLE_MS = 100;

/** Hears from the system of files of one folder, by their names; not of what is in folders below it. */
export class NamesWatch implements Disposable {
  private watcher: FSWatcher | undefined;
  private readonly settling = new MutableDisposable();

  constructor(
    private readonly folder: string,
    private readonly names: readonly string[],
    private readonly clock: Clock,
    private readonly listener: () => void,
  ) {}

  /** Whether changes of this machine are told. Those that another machine makes on a shared disk are told nowhere. */
  get isOn(): boolean {
    return this.watcher !== undefined;
  }

  /** Begins, or begins anew: a folder that was replaced is another one to the system. */
  renew(): void {
    this.end();
    try {
      const watcher = watch(this.folder, { persistent: false }, (_event, name) => {
        if (name === null || this.names.includes(name))
          this.settling.value = this.clock.setTimeout(this.listener, SETTLE_MS);
      });
      watcher.on('error', () => {
        if (this.watcher === watcher) this.end();
      });
      this.watcher = watcher;
    } catch {
      // The folder is gone, or the system watches as much as it may: whoever asks `isOn` looks himself.
    }
  }

  dispose(): void {
    this.end();
    this.settling.dispose();
  }

  private end(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}
