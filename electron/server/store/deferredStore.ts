import { MicroError } from '../../../shared/contract/errors.ts';
import { Emitter } from '../base/event.ts';
import type {
  ListOptions,
  Operation,
  RecordInfo,
  Store,
  StoreChange,
  StoredRecord,
  TableName,
  TableStats,
} from './store.ts';

/**
 * A store that is opened when it is first used: most projects keep nothing in it, and a start should not pay for it. An
 * opening that fails rejects the call, and the next call tries again.
 */
export class DeferredStore implements Store {
  private readonly changes = new Emitter<StoreChange>();
  readonly onDidChange = this.changes.event;
  private opened: Promise<Store> | undefined;
  private current: Store | undefined;
  private closed = false;

  constructor(private readonly open: () => Promise<Store>) {}

  now(): number {
    return this.current?.now() ?? Date.now();
  }

  async read(from: TableName, key: string): Promise<StoredRecord | undefined> {
    return (await this.store()).read(from, key);
  }

  async apply(operations: readonly Operation[]): Promise<number[]> {
    return (await this.store()).apply(operations);
  }

  async list(options: ListOptions): Promise<RecordInfo[]> {
    return (await this.store()).list(options);
  }

  async databases(): Promise<string[]> {
    return (await this.store()).databases();
  }

  async tables(database: string): Promise<string[]> {
    return (await this.store()).tables(database);
  }

  async stats(database?: string): Promise<TableStats[]> {
    return (await this.store()).stats(database);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.changes.dispose();
    const store = await this.opened?.catch(() => undefined);
    await store?.close();
  }

  private store(): Promise<Store> {
    if (this.closed) throw new MicroError('server.stopping', 'the store is closed');
    this.opened ??= this.open().then(
      (store) => {
        this.current = store;
        store.onDidChange((change) => this.changes.fire(change));
        return store;
      },
      (error: unknown) => {
        this.opened = undefined;
        throw error;
      },
    );
    return this.opened;
  }
}
