import { Emitter } from '../base/event.ts';
import type { EtcdFolder } from '../host/etcdLink.ts';
import type { EtcdSession } from '../host/etcdSession.ts';

/** A folder of the environment's keys as a map: entries by key, kept up to date; what is no entry is passed over. */
export class EntryFolder<T> implements EtcdFolder {
  private readonly changes = new Emitter<string>();
  /** Fires with the key of an entry that came, changed or went. */
  readonly onDidChange = this.changes.event;
  protected readonly entries = new Map<string, T>();

  constructor(
    readonly name: string,
    private readonly decodeEntry: (text: string) => T | undefined,
  ) {}

  get all(): ReadonlyMap<string, T> {
    return this.entries;
  }

  takeAll(entries: ReadonlyMap<string, string>): void {
    for (const key of [...this.entries.keys()]) if (!entries.has(key)) this.leave(key);
    for (const [key, text] of entries) this.put(key, text);
  }

  put(key: string, text: string): void {
    const entry = this.decodeEntry(text);
    if (entry === undefined) return;
    this.entries.set(key, entry);
    this.changes.fire(key);
  }

  leave(key: string): void {
    if (this.entries.delete(key)) this.changes.fire(key);
  }

  async begin(_session: EtcdSession): Promise<void> {}

  end(): void {}

  dispose(): void {
    this.changes.dispose();
  }
}
